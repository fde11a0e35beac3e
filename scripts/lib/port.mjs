import { createServer } from 'node:net';
import { fail } from './say.mjs';

/** The port that PORT asks for, 1880 without it; ends the process with a plain sentence when it is not one, or taken. */
export async function freePort() {
  const asked = process.env.PORT || '1880';
  const port = Number(asked);
  if (!Number.isInteger(port) || port < 1 || port > 65535) {
    fail(
      `PORT must be a number from 1 to 65535, not ${asked}.`,
      `PORT 必须是 1 到 65535 之间的整数，不能是 ${asked}。`,
    );
  }
  const trouble = await listenOnce(port);
  const other = port < 65535 ? port + 1 : 1881;
  if (trouble === 'EADDRINUSE') {
    fail(
      `Port ${port} is taken by another program. Choose a free one: PORT=${other} npm start`,
      `端口 ${port} 已被其他程序占用，请换一个空闲端口：PORT=${other} npm start`,
    );
  }
  if (trouble) {
    fail(
      `Port ${port} cannot be used (${trouble}). Choose another one: PORT=${other} npm start`,
      `端口 ${port} 无法使用（${trouble}），请换一个端口：PORT=${other} npm start`,
    );
  }
  return port;
}

/** Opens the port on loopback for a moment; answers the error's code when that fails. */
function listenOnce(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error) => resolve(error.code));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(undefined)));
  });
}
