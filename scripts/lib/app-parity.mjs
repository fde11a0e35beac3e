import { textsOf } from './enterprise-parity.mjs';
import { parityTable } from './parity.mjs';
import { languages, readJson } from './project.mjs';

/** What the tables of this API say differently. */
const words = {
  'en-US': {
    title: 'Open API: every endpoint and parameter',
    intro: [
      'Each endpoint and parameter of the Open API, with the operation that makes the call and the test that has seen it on the wire. Generated from the catalogue of operations by `npm run docs`; a test fails when a line lacks anything or this page is out of date.',
      'Ids are those of the vendor’s anchors: method and path in lower case, joined by `_`, without braces. `gizwits-app-api` takes an operation by its id, with the parameters below. Every call carries the app ID; where a user is needed, the node logs in by itself.',
      'Live events come over the app WebSocket, by the node `gizwits-app-events`.',
    ],
  },
  'zh-CN': {
    title: 'Open API：全部接口与参数',
    intro: [
      'Open API 的每个接口和参数，及其对应的操作和验证它的测试。本页由 `npm run docs` 根据操作目录生成；缺少任何一项或本页过期时，测试不通过。',
      '操作 ID 与厂商文档的锚点一致：小写的方法和路径，用 `_` 连接，去掉花括号。`gizwits-app-api` 节点可按操作 ID 调用任意接口，参数如下。每次调用都带有 AppID；需要用户身份时由节点自动登录。',
      '实时事件通过应用 WebSocket 接收，使用节点 `gizwits-app-events`。',
    ],
  },
};

/** Operations that other nodes make by themselves, too. */
const ALSO = {
  post_app_users: ['gizwits-app'],
  post_app_login: ['gizwits-app'],
  post_app_request_token: ['gizwits-app'],
  get_app_bindings: ['gizwits-app-events'],
  get_app_users: ['gizwits-app-events'],
};

/**
 * The parity tables of the Open API, by path.
 * @param library The catalogue: `{appOperations, acceptedForm}`.
 */
export function appTables({ appOperations, acceptedForm }) {
  const ids = Object.keys(appOperations);
  const api = {
    endpoints: readJson('test/fixtures/documents/app-endpoints.json'),
    operations: appOperations,
    nodes: Object.fromEntries(ids.map((id) => [id, ['gizwits-app-api', ...(ALSO[id] ?? [])]])),
    test: 'test/nodes/app-operations.test.ts',
    acceptedForm,
    words,
  };
  return Object.fromEntries(
    languages.map((language) => [
      language === 'en-US' ? 'docs/open-api.md' : `docs/open-api.${language}.md`,
      parityTable(api, textsOf(language), language),
    ]),
  );
}
