#!/usr/bin/env node
import { parseArgs } from 'node:util';
import { createSimulator, type Simulator } from './index';

const DEFAULT_PORT = 8080;

const HELP = `gizwits-simulator: the simulated Gizwits cloud, for programs on this machine
gizwits-simulator：模拟机智云，供本机程序调用

  --port <n>      port, 0 for any free one (default ${DEFAULT_PORT})     端口，0 为任意空闲端口
  --host <addr>   address to listen on (default 127.0.0.1)  监听地址
  --seed <n>      same seed and day, same world (default 1) 随机种子，相同种子同一天得到相同的世界
  --base <path>   put before every path                     路径前缀
  --json          print addresses and credentials as JSON   以 JSON 输出地址与密钥
  --help          this text                                 显示本帮助
`;

class Usage extends Error {}

function integer(name: string, text: string, high: number): number {
  if (!/^\d+$/.test(text) || Number(text) > high) throw new Usage(`--${name}: 0..${high}`);
  return Number(text);
}

function read(argv: string[]): {
  port: number;
  host: string;
  seed: number;
  basePath: string;
  json: boolean;
  help: boolean;
} {
  const { values } = parseArgs({
    args: argv,
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      host: { type: 'string', default: '127.0.0.1' },
      seed: { type: 'string', default: '1' },
      base: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.base !== '' && !/^(?:\/[\w.~-]+)+$/.test(values.base)) throw new Usage('--base: /path');
  return {
    port: integer('port', values.port, 65_535),
    host: values.host,
    seed: integer('seed', values.seed, 2 ** 32 - 1),
    basePath: values.base,
    json: values.json,
    help: values.help,
  };
}

function describe({ enterprise, products, url }: Simulator): string {
  const lines = [
    'Simulated Gizwits cloud is running. 模拟机智云已启动。',
    '',
    `  Enterprise API   企业 API         ${enterprise.baseUrl}/v1`,
    `  Control page     控制接口         ${url}/_simulator`,
    `  Enterprise id    企业 ID          ${enterprise.id}`,
    `  Enterprise secret 企业密钥        ${enterprise.secret}`,
  ];
  for (const product of products) {
    lines.push(
      '',
      `  ${product.name}`,
      `    Product key      产品标识码     ${product.productKey}`,
      `    Product secret   产品密钥       ${product.productSecret}`,
      `    auth_id          推送授权 ID    ${product.authId}`,
      `    auth_secret      推送授权密钥   ${product.authSecret}`,
    );
  }
  return [...lines, '', 'Press Ctrl+C to stop. 按 Ctrl+C 停止。', ''].join('\n');
}

async function main(): Promise<void> {
  const { json, help, ...options } = read(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const simulator = await createSimulator(options);
  const { enterprise, products, url } = simulator;
  const stop = (): void => void simulator.close();
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  process.stdout.write(json ? `${JSON.stringify({ url, enterprise, products })}\n` : describe(simulator));
}

main().catch((error: Error & { code?: string }) => {
  const misused = error instanceof Usage || error.code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`gizwits-simulator: ${error.message}\n${misused ? `\n${HELP}` : ''}`);
  process.exitCode = misused ? 2 : 1;
});
