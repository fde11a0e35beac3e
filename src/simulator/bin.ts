#!/usr/bin/env node
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { createSimulator, type Simulator } from './index';

const DEFAULT_PORT = 8080;
const DEFAULT_PUSH_PORT = 2017;
const MOST_DEVICES = 100_000;

const HELP = `gizwits-simulator: the simulated Gizwits cloud, for programs on this machine
gizwits-simulator：模拟机智云，供本机程序调用

  --port <n>      port of the HTTP clouds, 0 for any free one (default ${DEFAULT_PORT})
                  HTTP 端口，0 为任意空闲端口
  --push-port <n> port of the push service (default ${DEFAULT_PUSH_PORT})
                  推送服务端口
  --ca <file>     write the push service's certificate to this file, for programs to trust
                  将推送服务的证书写入该文件，供程序信任
  --host <addr>   address to listen on (default 127.0.0.1)  监听地址
  --seed <n>      same seed and day, same world (default 1) 随机种子，相同种子同一天得到相同的世界
  --devices <n>   devices of the first product (default 200) 第一个产品的设备数量
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
  devices: number | undefined;
  snotiPort: number;
  basePath: string;
  ca: string;
  json: boolean;
  help: boolean;
} {
  const { values } = parseArgs({
    args: argv,
    options: {
      port: { type: 'string', default: String(DEFAULT_PORT) },
      'push-port': { type: 'string', default: String(DEFAULT_PUSH_PORT) },
      ca: { type: 'string', default: '' },
      host: { type: 'string', default: '127.0.0.1' },
      seed: { type: 'string', default: '1' },
      devices: { type: 'string' },
      base: { type: 'string', default: '' },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.base !== '' && !/^(?:\/[\w.~-]+)+$/.test(values.base)) throw new Usage('--base: /path');
  return {
    port: integer('port', values.port, 65_535),
    snotiPort: integer('push-port', values['push-port'], 65_535),
    ca: values.ca,
    host: values.host,
    seed: integer('seed', values.seed, 2 ** 32 - 1),
    devices: values.devices === undefined ? undefined : integer('devices', values.devices, MOST_DEVICES),
    basePath: values.base,
    json: values.json,
    help: values.help,
  };
}

function describe({ enterprise, products, url, snoti, app, expeed }: Simulator): string {
  const lines = [
    'Simulated Gizwits cloud is running. 模拟机智云已启动。',
    '',
    `  Enterprise API   企业 API         ${enterprise.baseUrl}/v1`,
    `  Push (TLS)       推送服务         ${snoti.host}:${snoti.port}`,
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
  lines.push(
    '',
    '  Open API           应用 Open API',
    `    Base URL         接口地址       ${app.baseUrl}`,
    `    App ID           AppID          ${app.appId}`,
    `    App secret       App Secret     ${app.appSecret}`,
    `    User, password   用户与密码     ${app.username} ${app.password}`,
  );
  lines.push(
    '',
    '  Expeed platform    极动云平台',
    `    Base URL         接口地址       ${expeed.baseUrl}`,
    `    platform_key     平台识别码     ${expeed.platformKey}`,
    `    secret_key       平台密钥       ${expeed.secretKey}`,
    `    Devices, keys    设备与密钥     ${expeed.baseUrl}/devices`,
  );
  return [...lines, '', 'Press Ctrl+C to stop. 按 Ctrl+C 停止。', ''].join('\n');
}

async function main(): Promise<void> {
  const { json, help, ca, ...options } = read(process.argv.slice(2));
  if (help) {
    process.stdout.write(HELP);
    return;
  }
  const simulator = await createSimulator(options);
  const { enterprise, products, url, snoti, expeed } = simulator;
  const stop = (): void => void simulator.close();
  try {
    if (ca !== '') writeFileSync(ca, snoti.ca);
  } catch (error) {
    await simulator.close();
    throw error;
  }
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
  const { api: _api, ...platform } = expeed;
  const { baseUrl, appId, appSecret, username, password, uid } = simulator.app;
  const addresses = {
    url,
    enterprise,
    products,
    snoti: { host: snoti.host, port: snoti.port, ca: snoti.ca },
    app: { baseUrl, appId, appSecret, username, password, uid },
    expeed: platform,
  };
  process.stdout.write(json ? `${JSON.stringify(addresses)}\n` : describe(simulator));
}

main().catch((error: Error & { code?: string }) => {
  const misused = error instanceof Usage || error.code?.startsWith('ERR_PARSE_ARGS');
  process.stderr.write(`gizwits-simulator: ${error.message}\n${misused ? `\n${HELP}` : ''}`);
  process.exitCode = misused ? 2 : 1;
});
