import { type AppDefinition, change, get, paged, whole } from '../operation';
import { ALIAS, DID, inBody, inQuery, PAGE, REMARK, SET_OWNER } from '../parameters';

/** Which devices a user has. */
export const bindings: readonly AppDefinition[] = [
  change(
    'POST',
    '/app/bind_mac',
    [
      inBody('product_key', 'id', { required: true }),
      inBody('mac', 'id', { id: 'mac', required: true }),
      REMARK,
      ALIAS,
      SET_OWNER,
    ],
    {
      authentication: 'signedUser',
      quirks: [
        { says: 'The status is 201, or 200 for a device that was bound already.', source: 'B.2' },
        { says: 'The signature holds for five minutes around the time of the server.', source: 'B.1' },
      ],
    },
  ),
  change('POST', '/app/bindings', [inBody('devices', 'json', { required: true, text: 'devicesToBind' })], {
    notes: ['obsolete'],
  }),
  change('DELETE', '/app/bindings', [inBody('devices', 'json', { required: true, text: 'devicesToUnbind' })], {
    quirks: [{ says: 'A DELETE with a JSON body.', source: 'OA' }],
  }),
  get('/app/bindings', [...PAGE, inQuery('show_disabled', 'flag'), inQuery('show_proto_ver', 'flag')], {
    paging: paged('devices'),
    quirks: [{ says: 'There is no meta: a page that is not full is the last.', source: 'captures of 2020' }],
  }),
  change('POST', '/app/bind_latest', [inBody('qr_content', 'text', { required: true, maxLength: 1024 }), SET_OWNER]),
  change('PUT', '/app/bindings/{did}', [DID, REMARK, ALIAS, inBody('dev_label', 'list')]),
  get('/app/{did}/bindings', [DID], { replyShape: 'array', paging: whole() }),
  change('DELETE', '/app/{did}/bindings', [DID, inQuery('uid', 'id', { required: true })]),
];
