import { type AppDefinition, change, get, paged, whole } from '../operation';
import { inBody, inPath, inQuery, PAGE, REMARK } from '../parameters';

const RULE = [
  inBody('name', 'text', { required: true, text: 'ruleName' }),
  REMARK,
  inBody('product_key', 'id', { required: true, text: 'ruleProduct' }),
  inBody('did', 'id', { required: true, text: 'ruleDevice' }),
  inBody('event', 'text', { values: ['online', 'offline', 'alert', 'fault', 'data'] }),
  inBody('event_attr', 'object'),
  inBody('interval', 'integer', { min: 0 }),
  inBody('input', 'json'),
  inBody('condition', 'json'),
  inBody('output', 'json', { required: true }),
];

const RULE_ID = inPath('rule_id');

/** One device's state decides what another does. */
export const rules: readonly AppDefinition[] = [
  get('/app/rules/params', [inQuery('product_key', 'list', { id: 'id', text: 'product_keys' })]),
  get('/app/rules', PAGE, { paging: paged('rules') }),
  change('POST', '/app/rules', RULE),
  change('PUT', '/app/rules/{rule_id}', [RULE_ID, ...RULE]),
  change('DELETE', '/app/rules/{rule_id}', [RULE_ID]),
];

const SCENE = inPath('id', { text: 'sceneId' });
const SCENE_BODY = [
  inBody('scene_name', 'text', { required: true }),
  REMARK,
  inBody('tasks', 'json', { required: true }),
];

/** Several commands that a user starts with one touch. */
export const scenes: readonly AppDefinition[] = [
  get('/app/scene', [], { replyShape: 'array', paging: whole() }),
  change('POST', '/app/scene', SCENE_BODY, {
    quirks: [
      { says: 'Enums are positions and binary values base64 here, unlike anywhere else.', source: 'OA' },
      { says: 'The members of a task stand in the list tasks, as in the answers.', source: 'OA sample' },
    ],
  }),
  change('PUT', '/app/scene/{id}', [SCENE, ...SCENE_BODY]),
  change('DELETE', '/app/scene/{id}', [SCENE]),
  get('/app/scene/{id}/task', [SCENE]),
  change('POST', '/app/scene/{id}/task', [SCENE], { command: true }),
];
