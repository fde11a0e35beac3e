import { interpolate } from './interpolate.mjs';

/** Words of the tables themselves, by language. */
const words = {
  'en-US': {
    title: 'Enterprise API: every endpoint and parameter',
    intro: [
      'Each endpoint and parameter that the vendor documents, with the operation and the nodes that make the call and the test that has seen it on the wire. Generated from the catalogue of operations by `npm run docs`; a test fails when a line lacks anything or this page is out of date.',
      'Numbers follow the order of the vendor’s documents. `gizwits-request` takes an operation by its id, with the parameters below; the other nodes name them in their dialogs.',
    ],
    endpoints: 'Endpoints',
    columns: ['#', 'Call', 'Operation', 'Nodes', 'Test'],
    parameters: ['Parameter', 'Where', 'Accepted', 'Required', 'On the wire', 'Description'],
    where: { path: 'path', query: 'query', body: 'body', header: 'header' },
    yes: 'yes',
    supplied: 'filled in',
    none: 'No parameters.',
    internal: 'Made by the nodes themselves.',
    also: 'Tried when that path does not exist: ',
    rules: 'Rules',
    quirks: 'Known peculiarities',
    nodes: 'Nodes: ',
    test: ' Test: ',
    stop: '.',
    space: ' ',
    comma: ', ',
    constraint: {
      exactlyOne: (names) => `Exactly one of ${names}.`,
      together: (names) => `${names} only together.`,
      window: (start, end, limit) => `${start} not after ${end}${limit ? `, at most ${limit} apart` : ''}.`,
      periods: (start, end, most) => `${start} not after ${end}${most ? `, at most ${most}` : ''}.`,
    },
    periods: { date: 'days', week: 'weeks', month: 'months' },
  },
  'zh-CN': {
    title: '企业 API：全部接口与参数',
    intro: [
      '厂商文档中的每个接口和参数，及其对应的操作、可以调用它的节点和验证它的测试。本页由 `npm run docs` 根据操作目录生成；缺少任何一项或本页过期时，测试不通过。',
      '编号依厂商文档的顺序。`gizwits-request` 节点可按操作 ID 调用任意接口，参数如下；其他节点在对话框中提供这些参数。',
    ],
    endpoints: '接口一览',
    columns: ['编号', '调用', '操作', '节点', '测试'],
    parameters: ['参数', '位置', '可接受的值', '必填', '传输名称', '说明'],
    where: { path: '路径', query: '查询参数', body: '请求体', header: '请求头' },
    yes: '是',
    supplied: '由节点填写',
    none: '没有参数。',
    internal: '由节点自动调用。',
    also: '该路径不存在时依次尝试：',
    rules: '规则',
    quirks: undefined,
    nodes: '节点：',
    test: '测试：',
    stop: '。',
    space: '',
    comma: '、',
    constraint: {
      exactlyOne: (names) => `${names} 须且只能填写一个。`,
      together: (names) => `${names} 须同时填写。`,
      window: (start, end, limit) => `${start} 不得晚于 ${end}${limit ? `，相差不超过 ${limit}` : ''}。`,
      periods: (start, end, most) => `${start} 不得晚于 ${end}${most ? `，最多 ${most}` : ''}。`,
    },
    periods: { date: '天', week: '周', month: '个月' },
  },
};

/**
 * The parity table of an API in one language, as Markdown.
 *
 * @param {object} api
 * @param api.endpoints What the documents have: `{number, operation, …}`.
 * @param api.operations The catalogue, by id.
 * @param api.nodes The node types that make each operation's call, by id.
 * @param api.test The test that sends every endpoint, relative to the checkout.
 * @param api.acceptedForm What a parameter accepts: a text, or a text to be translated.
 * @param [api.words] Words of the tables that are this API's own, by language.
 * @param texts The texts of src/texts in that language, by file: `errors`, `gizwits`.
 * @param {'en-US' | 'zh-CN'} language
 */
export function parityTable(api, texts, language) {
  const own = { ...words[language], ...api.words?.[language] };
  const text = (key, params) => {
    const found = key.split('.').reduce((node, part) => node?.[part], texts);
    if (typeof found !== 'string') throw new Error(`src/texts/${language} has no text ${key}`);
    return interpolate(found, params, (nested) => text(nested.textKey, nested.textParams));
  };
  const lines = [`# ${own.title}`, '', ...own.intro.flatMap((line) => [line, '']), `## ${own.endpoints}`, ''];
  lines.push(
    ...table(
      own.columns,
      api.endpoints.map((endpoint) => endpointRow(api, text, endpoint)),
    ),
  );
  for (const endpoint of api.endpoints) lines.push('', ...section(api, own, text, endpoint));
  return `${lines.join('\n')}\n`;
}

function operationOf(api, { operation }) {
  const found = api.operations[operation];
  if (!found) throw new Error(`the catalogue lacks the operation ${operation}`);
  return found;
}

function nodesOf(api, id) {
  const nodes = api.nodes[id];
  if (!nodes || nodes.length === 0) throw new Error(`no node makes the call ${id}`);
  return nodes.map((node) => `\`${node}\``);
}

function endpointRow(api, text, endpoint) {
  const operation = operationOf(api, endpoint);
  return [
    `[${endpoint.number}](#${anchorOf(endpoint)})`,
    `\`${operation.method} ${operation.path}\``,
    `\`${operation.id}\` ${text(operation.title)}`,
    nodesOf(api, operation.id).join(' '),
    `\`${api.test}\` #${endpoint.number}`,
  ];
}

function anchorOf({ number, operation }) {
  return `${number}-${operation.toLowerCase().replaceAll('.', '')}`;
}

function section(api, own, text, endpoint) {
  const operation = operationOf(api, endpoint);
  const { alternatives = [], parameters, constraints = [], quirks = [] } = operation;
  const lines = [`## ${endpoint.number} ${operation.id}`, '', `\`${operation.method} ${operation.path}\``, ''];
  const notes = (operation.notes ?? []).map((note) => text(`gizwits.notes.${note}`));
  lines.push([text(operation.description), ...notes].join(own.space), '');
  if (alternatives.length > 0) lines.push(own.also + alternatives.map((path) => `\`${path}\``).join(own.comma), '');
  const makers = operation.internal ? own.internal : nodesOf(api, operation.id).join(own.comma) + own.stop;
  lines.push(`${own.nodes}${makers}${own.test}\`${api.test}\` #${endpoint.number}`, '');
  if (parameters.length === 0) lines.push(own.none);
  else
    lines.push(
      ...table(
        own.parameters,
        parameters.map((parameter) => parameterRow(api, own, text, parameter)),
      ),
    );
  if (constraints.length > 0)
    lines.push('', `${own.rules}`, '', ...constraints.map((rule) => `- ${ruleText(own, rule, operation)}`));
  if (own.quirks && quirks.length > 0) {
    lines.push('', own.quirks, '', ...quirks.map(({ says, source }) => `- ${says} (${source})`));
  }
  return lines;
}

function parameterRow(api, own, text, parameter) {
  const form = parameter.secret ? '***' : api.acceptedForm(parameter);
  return [
    `\`${parameter.name}\``,
    own.where[parameter.in],
    typeof form === 'string' ? form : text(form.textKey, form.textParams),
    parameter.supplied ? own.supplied : parameter.required ? own.yes : '',
    (parameter.wire ?? [parameter.name]).map((name) => `\`${name}\``).join(' '),
    text(parameter.description),
  ];
}

function ruleText(own, rule, operation) {
  const names = (of) => of.map((name) => `\`${name}\``).join(own.comma);
  const [start, end] = [`\`${rule.start}\``, `\`${rule.end}\``];
  switch (rule.rule) {
    case 'exactlyOne':
    case 'together':
      return own.constraint[rule.rule](names(rule.of));
    case 'window': {
      const unit = operation.parameters.find(({ name }) => name === rule.start)?.unit ?? '';
      return own.constraint.window(start, end, rule.limit && `${rule.limit} ${unit}`);
    }
    default: {
      const most = Object.entries(rule.most ?? {}).map(([form, count]) => `${count} ${own.periods[form]}`);
      return own.constraint.periods(start, end, most.join(own.comma));
    }
  }
}

function table(columns, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(columns), line(columns.map(() => '---')), ...rows.map(line)];
}
