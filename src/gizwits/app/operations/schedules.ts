import type { Constraint } from '../../../cloud/catalogue';
import { type AppDefinition, change, get, paged, whole } from '../operation';
import { DID, inBody, inPath, inQuery, LATER_COMMAND, PAGE, SCHEDULE_RETRIES, TIMING } from '../parameters';
import { ONE_COMMAND } from './devices';

const ORDERED: Constraint = { rule: 'periods', start: 'start_date', end: 'end_date' };
const ONE_TARGET: Constraint = { rule: 'exactlyOne', of: ['did', 'group_id', 'scene_id'] };

const SCHEDULE = inPath('id', { text: 'scheduleId' });
const TARGET = [
  inBody('did', 'id', { text: 'scheduleDid' }),
  inBody('group_id', 'id'),
  inBody('scene_id', 'id'),
  ...LATER_COMMAND,
  ...TIMING,
];

/** Commands that are given at a time of the day. */
export const schedules: readonly AppDefinition[] = [
  get('/app/devices/{did}/scheduler', [DID, ...PAGE], { replyShape: 'array', paging: paged('') }),
  change('POST', '/app/devices/{did}/scheduler', [DID, ...LATER_COMMAND, ...TIMING], {
    constraints: [ONE_COMMAND, ORDERED],
    quirks: [{ says: 'raw is text here, hex unless binary_coding says base64.', source: 'OA' }],
  }),
  change('PUT', '/app/devices/{did}/scheduler/{id}', [DID, SCHEDULE, ...LATER_COMMAND, ...TIMING], {
    constraints: [ORDERED],
  }),
  change('DELETE', '/app/devices/{did}/scheduler/{id}', [DID, SCHEDULE]),
  get('/app/common_scheduler', [inQuery('did', 'id'), inQuery('group_id', 'id'), inQuery('scene_id', 'id'), ...PAGE], {
    replyShape: 'array',
    paging: paged(''),
  }),
  change('POST', '/app/common_scheduler', TARGET, { constraints: [ONE_TARGET, ORDERED] }),
  change('PUT', '/app/common_scheduler/{id}', [SCHEDULE, ...TARGET], { constraints: [ORDERED] }),
  change('DELETE', '/app/common_scheduler/{id}', [SCHEDULE]),
  get('/app/scheduler', [], { replyShape: 'array', paging: whole(), notes: ['obsolete'] }),
  change(
    'POST',
    '/app/scheduler',
    [
      inBody('date', 'date', { required: true, text: 'scheduleDate' }),
      inBody('time', 'text', { required: true, text: 'scheduleTime' }),
      inBody('repeat', 'text', { required: true }),
      inBody('task', 'json', { required: true, text: 'scheduleTask' }),
      inBody('retry_count', 'integer', { min: 0, max: SCHEDULE_RETRIES }),
      inBody('retry_task', 'text', { values: ['all', 'failed'] }),
    ],
    { notes: ['obsolete'] },
  ),
  change('DELETE', '/app/scheduler/{id}', [SCHEDULE], { notes: ['obsolete'] }),
  get('/app/scheduler/{id}/logs', [SCHEDULE], { replyShape: 'array', paging: whole(), notes: ['obsolete'] }),
];
