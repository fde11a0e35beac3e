import { textsOf } from './enterprise-parity.mjs';
import { parityTable } from './parity.mjs';
import { languages, readJson } from './project.mjs';

/** What the table of this API says differently. */
const words = {
  'en-US': {
    title: 'Expeed: every call and parameter',
    intro: [
      'Each call and parameter of Expeed’s platform API, with the node that makes it and the test that has seen it on the wire. Generated from the catalogue of operations by `npm run docs`; a test fails when a line lacks anything or this page is out of date.',
      'Numbers follow the order of the document. `expeed-device` makes the calls on devices, and names the parameters in its dialog. Expeed’s pushes come in by the node `expeed-webhook-in`.',
    ],
  },
  'zh-CN': {
    title: '极动云：全部接口与参数',
    intro: [
      '极动云第三方平台接口的每个调用和参数，及其对应的节点和验证它的测试。本页由 `npm run docs` 根据操作目录生成；缺少任何一项或本页过期时，测试不通过。',
      '编号依文档的顺序。`expeed-device` 节点完成对设备的调用，参数见其对话框。极动云的推送由 `expeed-webhook-in` 节点接收。',
    ],
  },
};

/**
 * The parity tables of Expeed, by path.
 * @param library The catalogue: `{expeedOperations, acceptedForm}`.
 */
export function expeedTables({ expeedOperations, acceptedForm }) {
  const nodes = Object.fromEntries(Object.keys(expeedOperations).map((id) => [id, ['expeed-device']]));
  const api = {
    endpoints: readJson('test/fixtures/documents/expeed-endpoints.json'),
    operations: expeedOperations,
    nodes: { ...nodes, 'platform.token': ['expeed-platform'] },
    test: 'test/nodes/expeed-operations.test.ts',
    acceptedForm,
    words,
  };
  return Object.fromEntries(
    languages.map((language) => [
      language === 'en-US' ? 'docs/expeed-api.md' : `docs/expeed-api.${language}.md`,
      parityTable(api, textsOf(language), language),
    ]),
  );
}
