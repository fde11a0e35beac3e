import { type AppDefinition, change, get, paged } from '../operation';
import { DID, inBody, inPath, inQuery, PAGE, SHARE_MINUTES } from '../parameters';

const SHARE = inPath('id', { text: 'shareId' });
const SHARE_CODE = inPath('code', { text: 'shareCode' });

/** Devices lent to others. */
export const sharing: readonly AppDefinition[] = [
  change(
    'POST',
    '/app/sharing',
    [
      inBody('type', 'integer', { required: true, min: 0, max: 1, text: 'shareKind' }),
      inBody('did', 'id', { required: true }),
      inBody('uid', 'id', { text: 'guestUid' }),
      inBody('username', 'text', { text: 'guestUsername' }),
      inBody('email', 'text', { text: 'guestEmail' }),
      inBody('phone', 'text', { text: 'guestPhone' }),
      inBody('duration', 'integer', { min: 1, max: SHARE_MINUTES }),
    ],
    {
      quirks: [{ says: 'A share by QR code answers qr_content and no id; S3 speaks of qr_url.', source: 'OA sample' }],
    },
  ),
  get(
    '/app/sharing',
    [
      inQuery('sharing_type', 'integer', { required: true, min: 0, max: 1 }),
      inQuery('status', 'integer', { min: 0, max: 3, text: 'shareStatus' }),
      inQuery('did', 'id'),
      ...PAGE,
    ],
    { paging: paged('objects') },
  ),
  change('DELETE', '/app/sharing/{id}', [SHARE], {
    quirks: [{ says: 'Shares by QR code cannot be taken back.', source: 'OA' }],
  }),
  change('PUT', '/app/sharing/{id}', [
    SHARE,
    inQuery('status', 'integer', { required: true, min: 1, max: 2, text: 'shareAnswer' }),
  ]),
  get('/app/sharing/code/{code}', [SHARE_CODE]),
  change('POST', '/app/sharing/code/{code}', [SHARE_CODE]),
  change('PUT', '/app/sharing/{id}/alias', [SHARE, inQuery('user_alias', 'text', { required: true })]),
  change('POST', '/app/sharing/{did}/transfer', [DID, inQuery('uid', 'id', { required: true, text: 'newOwner' })]),
];
