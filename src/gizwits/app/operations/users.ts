import type { Quirk } from '../../../cloud/catalogue';
import { type AppDefinition, change, get } from '../operation';
import { CODE, inBody, inPath, inQuery, LANG, NEW_PASSWORD, PASSWORD, PHONE, REMARK } from '../parameters';

const LOGGED_IN = { token: 'token', uid: 'id' } as const;

const APP_TOKEN_HEADER: Quirk = {
  says: 'The app token goes into X-Gizwits-Application-Token; one table names the header of user tokens.',
  source: 'B.1 against OA',
};

/** Accounts, logins, and the codes that phones get. */
export const users: readonly AppDefinition[] = [
  change(
    'POST',
    '/app/users',
    [
      inBody('phone_id', 'text', { secret: true }),
      inBody('username', 'text', { text: 'newUsername' }),
      PASSWORD,
      inBody('email', 'text'),
      PHONE,
      CODE,
      inBody('authData', 'object'),
      LANG,
    ],
    {
      authentication: 'app',
      replyShape: 'object',
      reply: LOGGED_IN,
      quirks: [
        { says: 'Also the login of anonymous users and of those of third parties.', source: 'OA, S3' },
        { says: 'The status is 201; any 2xx will do.', source: 'B.2' },
      ],
    },
  ),
  get('/app/users'),
  change('PUT', '/app/users', [
    inBody('username', 'text', { text: 'newUsername' }),
    PASSWORD,
    PHONE,
    CODE,
    inBody('old_pwd', 'text', { secret: true }),
    NEW_PASSWORD,
    inBody('email', 'text'),
    inBody('name', 'text', { allowEmpty: true }),
    inBody('gender', 'text', { values: ['M', 'F', 'N'] }),
    inBody('birthday', 'text'),
    inBody('address', 'text', { allowEmpty: true }),
    LANG,
    REMARK,
  ]),
  // A login changes nothing that may not happen twice: each gives a token, and the older ones stay valid.
  change(
    'POST',
    '/app/login',
    [inBody('username', 'text', { required: true }), { ...PASSWORD, required: true }, LANG],
    { authentication: 'app', lane: 'read', replyShape: 'object', reply: LOGGED_IN },
  ),
  change('POST', '/app/request_token', [], {
    authentication: 'appSecret',
    lane: 'read',
    replyShape: 'object',
    reply: { token: 'token' },
    quirks: [{ says: 'The reply says expired_at where logins say expire_at; both are read.', source: 'B.3' }],
  }),
  change('POST', '/app/reset_password', [inBody('email', 'text'), PHONE, NEW_PASSWORD, CODE], {
    authentication: 'app',
  }),
  change(
    'POST',
    '/app/sms_code',
    [
      { ...PHONE, required: true },
      { ...CODE, description: 'app.parameters.smsCheck' },
    ],
    {
      authentication: 'appToken',
      quirks: [
        {
          says: 'Without a code it sends one, with a code it checks it; the table calls the code required.',
          source: 'OA',
        },
        APP_TOKEN_HEADER,
      ],
    },
  ),
  get('/app/verify/codes', [], { authentication: 'appToken', quirks: [APP_TOKEN_HEADER] }),
  change(
    'POST',
    '/app/verify/codes',
    [
      inBody('captcha_id', 'id', { required: true }),
      inBody('captcha_code', 'text', { required: true }),
      { ...PHONE, required: true },
    ],
    { authentication: 'appToken', quirks: [APP_TOKEN_HEADER] },
  ),
  change(
    'PUT',
    '/app/verify/codes',
    [{ ...PHONE, required: true }, inBody('sms_code', 'text', { required: true, secret: true })],
    { authentication: 'appToken', quirks: [APP_TOKEN_HEADER] },
  ),
];

/** What the vendor tells a user. */
export const messages: readonly AppDefinition[] = [
  get(
    '/app/messages',
    [
      inQuery('type', 'integer', { required: true, min: 1, max: 1, text: 'messageType' }),
      inQuery('limit', 'integer', { min: 1 }),
      inQuery('skip', 'integer', { min: 0 }),
    ],
    { paging: { style: 'skip', records: 'objects' } },
  ),
  change(
    'PUT',
    '/app/messages/{id}',
    [
      inPath('id', { text: 'messageId' }),
      inQuery('status', 'integer', { required: true, min: 1, max: 2, text: 'messageStatus' }),
    ],
    { quirks: [{ says: 'The id is text, though the table says a number.', source: 'OA sample' }] },
  ),
];
