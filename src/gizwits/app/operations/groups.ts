import { type AppDefinition, change, get, whole } from '../operation';
import { COMMAND, DIDS, inBody, inPath, inQuery } from '../parameters';
import { ONE_COMMAND } from './devices';

const GROUP = inPath('id', { text: 'groupId' });
const GROUP_NAME = inBody('group_name', 'text', { required: true });

/** Devices that a user has put together, in a room for example. */
export const groups: readonly AppDefinition[] = [
  get('/app/group', [], { replyShape: 'array', paging: whole() }),
  change('POST', '/app/group', [GROUP_NAME, inBody('product_key', 'id', { text: 'groupProduct' })]),
  change('PUT', '/app/group/{id}', [GROUP, GROUP_NAME]),
  change('DELETE', '/app/group/{id}', [GROUP], {
    quirks: [{ says: 'A success may have the body null.', source: 'capture of 2024' }],
  }),
  get('/app/group/{id}/devices', [GROUP], { replyShape: 'array', paging: whole() }),
  change('POST', '/app/group/{id}/devices', [GROUP, inQuery('show_detail', 'flag'), DIDS], {
    quirks: [{ says: 'success and failed mean what they say; the table has swapped their captions.', source: 'B.2' }],
  }),
  change('DELETE', '/app/group/{id}/devices', [GROUP, inQuery('show_detail', 'flag'), DIDS], {
    quirks: [{ says: 'A DELETE with a JSON body.', source: 'OA' }],
  }),
  change('POST', '/app/group/{id}/control', [GROUP, ...COMMAND], {
    constraints: [ONE_COMMAND],
    command: true,
    replyShape: 'array',
    paging: whole(),
  }),
];
