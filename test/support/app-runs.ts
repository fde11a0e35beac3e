/** One call of the Open API as a flow makes it, what must be on the wire, and what the documents or captures answer. */
export interface AppRun {
  params?: Record<string, unknown>;
  /** Path with its parameters filled in. */
  path: string;
  query?: Record<string, string>;
  body?: unknown;
  reply: { status?: number; body?: unknown; text?: string; type?: string };
  /** What the message carries; the reply's body unless given. */
  payload?: unknown;
}

export const DID = 'gKufzxZwYeyd3Skbsb6mzz';
const DID_2 = 'WCWGkbS4Ttynzwx9brzpEa';
const PK = '4214bf2d79694a259232431b6f2ef46a';
const UID = 'f082f4e235974cfeb6a1b40a6024f47e';
const ID = '59c9f57f8c7d50001963992c';
const LOGGED_IN = { token: 'f8324047f20144f6914e7be19304f943', uid: UID, expire_at: 1893456000 };
/** The time of these runs, epoch seconds; signatures and windows are made with it. */
const NOW = Math.floor(Date.now() / 1000);

/** A device of the list of bindings, as a server of the region EU gave it in 2020. */
const BOUND = {
  protoc: 3,
  ws_port: 8080,
  port_s: 8883,
  is_disabled: false,
  gw_did: null,
  wifi_soft_version: '04020028',
  dev_alias: '',
  mesh_id: null,
  is_online: true,
  host: 'eusandbox.gizwits.com',
  sleep_duration: 0,
  dev_label: [],
  port: 1883,
  remark: '',
  did: DID,
  mac: '98f4ab0012cd',
  product_key: PK,
  wss_port: 8880,
  state_last_timestamp: 1585210680,
  role: 'special',
  is_sandbox: true,
  passcode: 'JHHOOIWJBY',
  type: 'normal',
  product_name: 'Pilote2',
  is_low_power: false,
};
const RULE = {
  name: '打开开关',
  remark: '',
  product_key: PK,
  did: DID,
  event: 'data',
  interval: 0,
  input: [{ product_key: PK, did: DID, prefix: 'device1' }],
  condition: [[{ left: 'device1.switch', opt: '==', right: '1' }]],
  output: [
    [
      { type: 'devctrl', did: DID_2, attrs: { LED_R: 100 } },
      { type: 'delay', delay: 5 },
      { type: 'devctrl', did: DID_2, raw: [1, 2, 3] },
    ],
  ],
};
const TASKS = [
  { task_type: 'device', did: DID, attrs: { switch: true } },
  { task_type: 'delay', time: 3600 },
  { task_type: 'group', group_id: ID, raw: 'AQID' },
];
const SCHEDULE = { attrs: { bool: true }, date: '2017-09-26', time: '15:00', repeat: 'none' };
const RAW_META = {
  sort: 'desc',
  limit: 1000,
  end_time: NOW - 60,
  did: DID,
  skip: 0,
  start_time: NOW - 7200,
  total: 1,
  type: 'online',
};
const ONLINE_RECORD = {
  ip: '198.51.100.7',
  type: 'dev_online',
  payload: { keep_alive: 130 },
  timestamp: NOW - 4000.5,
};
const GROUP = {
  created_at: '2017-09-22T09:57:44Z',
  updated_at: '2017-09-22T09:57:44Z',
  product_key: PK,
  group_name: '分组名称1',
  verbose_name: '微信宠物屋',
  id: ID,
  gw_did: null,
  multicast_id: null,
  remark: '',
};
const SORTED = { success: [DID], failed: [] };

/** By operation; replies are the samples of the documents, or captures where there are some (reference notes B.2.1). */
export const appRuns: Readonly<Record<string, AppRun>> = {
  post_app_users: {
    params: { phone: '18888888888', password: 'Passw0rd!', code: '123456', lang: 'zh-cn' },
    path: '/app/users',
    body: { phone: '18888888888', password: 'Passw0rd!', code: '123456', lang: 'zh-cn' },
    reply: { status: 201, body: LOGGED_IN },
  },
  get_app_users: {
    path: '/app/users',
    reply: { body: { username: 'gizwits', uid: UID, phone: '18888888888', is_anonymous: false, gender: 'M' } },
  },
  put_app_users: {
    params: { old_pwd: 'Passw0rd!', new_pwd: 'Passw0rd?', name: 'gizwits', gender: 'N', birthday: '01-31' },
    path: '/app/users',
    body: { old_pwd: 'Passw0rd!', new_pwd: 'Passw0rd?', name: 'gizwits', gender: 'N', birthday: '01-31' },
    reply: { body: { updatedAt: '2017-01-01T08:32:56.996638' } },
  },
  post_app_login: {
    params: { username: 'club@gizwits.com', password: 'Passw0rd!' },
    path: '/app/login',
    body: { username: 'club@gizwits.com', password: 'Passw0rd!' },
    reply: { body: LOGGED_IN },
  },
  post_app_request_token: {
    path: '/app/request_token',
    body: {},
    reply: { body: { token: LOGGED_IN.token, expired_at: LOGGED_IN.expire_at } },
  },
  post_app_reset_password: {
    params: { phone: '18888888888', new_pwd: 'Passw0rd?', code: '123456' },
    path: '/app/reset_password',
    body: { phone: '18888888888', new_pwd: 'Passw0rd?', code: '123456' },
    reply: { text: '' },
    payload: {},
  },
  post_app_sms_code: {
    params: { phone: '+14246531234' },
    path: '/app/sms_code',
    body: { phone: '+14246531234' },
    reply: { status: 201, text: '' },
    payload: {},
  },
  get_app_verify_codes: {
    path: '/app/verify/codes',
    reply: { body: { captcha_url: 'http://api.gizwits.com/captcha/image/22d9cdc8/', captcha_id: '22d9cdc8' } },
  },
  post_app_verify_codes: {
    params: { captcha_id: '22d9cdc8', captcha_code: 'ABCD', phone: '18888888888' },
    path: '/app/verify/codes',
    body: { captcha_id: '22d9cdc8', captcha_code: 'ABCD', phone: '18888888888' },
    reply: { status: 201, body: {} },
  },
  put_app_verify_codes: {
    params: { phone: '18888888888', sms_code: '123456' },
    path: '/app/verify/codes',
    body: { phone: '18888888888', sms_code: '123456' },
    reply: { text: '' },
    payload: {},
  },
  get_app_messages: {
    params: { type: 1, limit: 1, skip: 6 },
    path: '/app/messages',
    query: { type: '1', limit: '1', skip: '6' },
    reply: {
      body: {
        meta: {
          total: 50,
          limit: 1,
          skip: 0,
          previous: '/app/messages?skip=5&type=1&limit=1',
          next: '/app/messages?skip=7&type=1&limit=1',
        },
        objects: [{ status: 0, content: '您给 188****888 共享了设备 微信宠物屋!', type: 1, id: ID }],
      },
    },
    payload: [{ status: 0, content: '您给 188****888 共享了设备 微信宠物屋!', type: 1, id: ID }],
  },
  put_app_messages_id: {
    params: { id: ID, status: 1 },
    path: `/app/messages/${ID}`,
    query: { status: '1' },
    body: {},
    reply: { text: '' },
    payload: {},
  },
  post_app_bind_mac: {
    params: { product_key: PK, mac: '98F4ab0012CD', remark: 'r', dev_alias: 'a', set_owner: true },
    path: '/app/bind_mac',
    body: { product_key: PK, mac: '98F4ab0012CD', remark: 'r', dev_alias: 'a', set_owner: 1 },
    reply: { status: 201, body: BOUND },
  },
  post_app_bindings: {
    params: { devices: [{ did: DID, passcode: 'JHHOOIWJBY', remark: 'r' }] },
    path: '/app/bindings',
    body: { devices: [{ did: DID, passcode: 'JHHOOIWJBY', remark: 'r' }] },
    reply: { body: SORTED },
  },
  delete_app_bindings: {
    params: { devices: [{ did: DID }] },
    path: '/app/bindings',
    body: { devices: [{ did: DID }] },
    reply: { body: SORTED },
  },
  get_app_bindings: {
    params: { show_disabled: false, show_proto_ver: 1 },
    path: '/app/bindings',
    query: { limit: '20', skip: '0', show_disabled: '0', show_proto_ver: '1' },
    reply: { body: { devices: [BOUND] }, type: 'text/html; charset=utf-8' },
    payload: [BOUND],
  },
  post_app_bind_latest: {
    params: { qr_content: 'bm90IGRvY3VtZW50ZWQ=' },
    path: '/app/bind_latest',
    body: { qr_content: 'bm90IGRvY3VtZW50ZWQ=' },
    reply: { body: BOUND },
  },
  put_app_bindings_did: {
    params: { did: DID, remark: 'r', dev_alias: 'a', dev_label: ['客厅', '灯'] },
    path: `/app/bindings/${DID}`,
    body: { remark: 'r', dev_alias: 'a', dev_label: ['客厅', '灯'] },
    reply: { body: { remark: 'r', dev_alias: 'a', dev_label: ['客厅', '灯'] } },
  },
  get_app_did_bindings: {
    params: { did: DID },
    path: `/app/${DID}/bindings`,
    reply: { body: [{ uid: UID, username: 'G****s', phone: null, email: null, created_at: '2017-07-21T09:46:56Z' }] },
  },
  delete_app_did_bindings: {
    params: { did: DID, uid: UID },
    path: `/app/${DID}/bindings`,
    query: { uid: UID },
    reply: { text: '' },
    payload: {},
  },
  get_app_devices_did: {
    params: { did: DID },
    path: `/app/devices/${DID}`,
    reply: { body: { remark: '', ws_port: 8080, did: DID, is_online: false, wss_port: 8880, proto_ver: '04' } },
  },
  get_app_devices: {
    params: { product_key: PK, mac: 'virtual:site' },
    path: '/app/devices',
    query: { product_key: PK, mac: 'virtual:site' },
    reply: { body: { did: DID, mac: 'virtual:site' } },
  },
  get_app_devdata_did_latest: {
    params: { did: DID },
    path: `/app/devdata/${DID}/latest`,
    reply: { body: { did: DID, updated_at: 0, attr: {} } },
  },
  get_app_devdata_did: {
    params: { did: DID, start_ts: 1448000000, end_ts: 1448001000, entity: 0, attr: 'switch', limit: 20, skip: 0 },
    path: `/app/devdata/${DID}`,
    query: { start_ts: '1448000000', end_ts: '1448001000', entity: '0', attr: 'switch', limit: '20', skip: '0' },
    reply: { body: { meta: {}, objects: [] } },
  },
  get_app_devdata: {
    params: { product_key: PK, did: DID },
    path: '/app/devdata',
    query: { product_key: PK, did: DID },
    reply: { body: { meta: {}, objects: [] } },
  },
  get_app_datapoint: {
    params: { product_key: PK },
    path: '/app/datapoint',
    query: { product_key: PK },
    reply: { body: { name: '宠物屋', product_key: PK, protocolType: 'standard', entities: [{ id: 0, attrs: [] }] } },
  },
  get_app_devices_did_raw_data: {
    params: { did: DID, type: 'online', start_time: NOW - 7200, end_time: NOW - 60 },
    path: `/app/devices/${DID}/raw_data`,
    query: { type: 'online', start_time: `${NOW - 7200}`, end_time: `${NOW - 60}`, skip: '0', limit: '1000' },
    reply: {
      body: { meta: RAW_META, objects: { hits: { total: 1, objects: [ONLINE_RECORD] }, took: 4, err_code: 0 } },
    },
    payload: [ONLINE_RECORD],
  },
  post_app_control_did: {
    params: { did: DID, attrs: { binary: '1234567000', bool: true } },
    path: `/app/control/${DID}`,
    body: { attrs: { binary: '1234567000', bool: true } },
    reply: { body: {}, type: 'text/html' },
  },
  post_app_sharing: {
    params: { type: 1, did: DID, duration: 1440 },
    path: '/app/sharing',
    body: { type: 1, did: DID, duration: 1440 },
    reply: { status: 201, body: { qr_content: 'type=share&code=60a6cacabe4046f4aa25ac1f79d81a4f', id: null } },
  },
  get_app_sharing: {
    params: { sharing_type: 0, status: 3, did: DID },
    path: '/app/sharing',
    query: { sharing_type: '0', status: '3', did: DID, limit: '100', skip: '0' },
    reply: { body: { meta: { previous: null, skip: 0, total: 1, limit: 20, next: null }, objects: [{ id: 10411 }] } },
    payload: [{ id: 10411 }],
  },
  delete_app_sharing_id: {
    params: { id: 10471 },
    path: '/app/sharing/10471',
    reply: { body: { id: 10471 } },
  },
  put_app_sharing_id: {
    params: { id: '10471', status: '2' },
    path: '/app/sharing/10471',
    query: { status: '2' },
    body: {},
    reply: { body: { id: 10471 } },
  },
  get_app_sharing_code_code: {
    params: { code: 'type=share&code=60a6cacabe4046f4aa25ac1f79d81a4f' },
    path: '/app/sharing/code/60a6cacabe4046f4aa25ac1f79d81a4f',
    reply: { body: { owner: 'G****s', product_name: '微信宠物屋', dev_alias: '', expired_at: '2017-08-21T12:22:58Z' } },
  },
  post_app_sharing_code_code: {
    params: { code: '60a6cacabe4046f4aa25ac1f79d81a4f' },
    path: '/app/sharing/code/60a6cacabe4046f4aa25ac1f79d81a4f',
    body: {},
    reply: { text: '' },
    payload: {},
  },
  put_app_sharing_id_alias: {
    params: { id: 10471, user_alias: '小明 & co' },
    path: '/app/sharing/10471/alias',
    query: { user_alias: '小明 & co' },
    body: {},
    reply: { text: '' },
    payload: {},
  },
  post_app_sharing_did_transfer: {
    params: { did: DID, uid: UID },
    path: `/app/sharing/${DID}/transfer`,
    query: { uid: UID },
    body: {},
    reply: { text: '' },
    payload: {},
  },
  get_app_group: { path: '/app/group', reply: { body: [GROUP] } },
  post_app_group: {
    params: { group_name: '客厅', product_key: PK },
    path: '/app/group',
    body: { group_name: '客厅', product_key: PK },
    reply: { status: 201, body: { id: ID } },
  },
  put_app_group_id: {
    params: { id: ID, group_name: '卧室' },
    path: `/app/group/${ID}`,
    body: { group_name: '卧室' },
    reply: { body: null },
    payload: {},
  },
  delete_app_group_id: {
    params: { id: ID },
    path: `/app/group/${ID}`,
    reply: { body: null },
    payload: {},
  },
  get_app_group_id_devices: {
    params: { id: ID },
    path: `/app/group/${ID}/devices`,
    reply: { body: [{ did: DID, type: 'normal', verbose_name: '微信宠物屋', dev_alias: '', product_key: PK }] },
  },
  post_app_group_id_devices: {
    params: { id: ID, dids: [DID], show_detail: true },
    path: `/app/group/${ID}/devices`,
    query: { show_detail: '1' },
    body: { dids: [DID] },
    reply: { body: { ...SORTED, detail: [] } },
  },
  delete_app_group_id_devices: {
    params: { id: ID, dids: `${DID},${DID_2}` },
    path: `/app/group/${ID}/devices`,
    body: { dids: [DID, DID_2] },
    reply: { body: SORTED },
  },
  post_app_group_id_control: {
    params: { id: ID, raw: Buffer.from('abc') },
    path: `/app/group/${ID}/control`,
    body: { raw: [97, 98, 99] },
    reply: { body: [{ did: DID, result: true }] },
  },
  get_app_rules_params: {
    params: { product_key: [PK] },
    path: '/app/rules/params',
    query: { product_key: PK },
    reply: { body: { [PK]: [{ display_name: '开关', enum: [], type: 'bool', name: 'switch' }] } },
  },
  get_app_rules: {
    path: '/app/rules',
    query: { limit: '20', skip: '0' },
    reply: { body: { rules: [{ ...RULE, rule_id: 8826 }] } },
    payload: [{ ...RULE, rule_id: 8826 }],
  },
  post_app_rules: { params: RULE, path: '/app/rules', body: RULE, reply: { body: { rule_id: 1213 } } },
  put_app_rules_rule_id: {
    params: { ...RULE, rule_id: 1234 },
    path: '/app/rules/1234',
    body: RULE,
    reply: { body: { rule_id: 1234 } },
  },
  delete_app_rules_rule_id: { params: { rule_id: 1234 }, path: '/app/rules/1234', reply: { body: { rule_id: 1234 } } },
  get_app_scene: { path: '/app/scene', reply: { body: [{ scene_name: '场景名', tasks: TASKS, id: ID }] } },
  post_app_scene: {
    params: { scene_name: '场景名', tasks: [...TASKS.slice(0, 2), { ...TASKS[2], raw: Buffer.from([1, 2, 3]) }] },
    path: '/app/scene',
    body: { scene_name: '场景名', tasks: TASKS },
    reply: { status: 201, body: { id: ID } },
  },
  put_app_scene_id: {
    params: { id: ID, scene_name: '场景名', remark: 'r', tasks: TASKS },
    path: `/app/scene/${ID}`,
    body: { scene_name: '场景名', remark: 'r', tasks: TASKS },
    reply: { text: '' },
    payload: {},
  },
  delete_app_scene_id: { params: { id: ID }, path: `/app/scene/${ID}`, reply: { text: '' }, payload: {} },
  get_app_scene_id_task: { params: { id: ID }, path: `/app/scene/${ID}/task`, reply: { body: { status: 1 } } },
  post_app_scene_id_task: {
    params: { id: ID },
    path: `/app/scene/${ID}/task`,
    body: {},
    reply: { text: '' },
    payload: {},
  },
  get_app_devices_did_scheduler: {
    params: { did: DID },
    path: `/app/devices/${DID}/scheduler`,
    query: { limit: '20', skip: '0' },
    reply: { body: [{ ...SCHEDULE, id: ID, did: DID, days: [], raw: '' }] },
  },
  post_app_devices_did_scheduler: {
    params: {
      did: DID,
      raw: Buffer.from('abc'),
      time: '02:30',
      repeat: 'day',
      days: [1, 15],
      start_date: '2026-09-01',
    },
    path: `/app/devices/${DID}/scheduler`,
    body: { raw: '616263', time: '02:30', repeat: 'day', days: ['1', '15'], start_date: '2026-09-01' },
    reply: { status: 201, body: { id: ID } },
  },
  put_app_devices_did_scheduler_id: {
    params: { did: DID, id: ID, ...SCHEDULE, enabled: false, remark: 'r' },
    path: `/app/devices/${DID}/scheduler/${ID}`,
    body: { ...SCHEDULE, enabled: false, remark: 'r' },
    reply: { body: { id: ID } },
  },
  delete_app_devices_did_scheduler_id: {
    params: { did: DID, id: ID },
    path: `/app/devices/${DID}/scheduler/${ID}`,
    reply: { text: '' },
    payload: {},
  },
  get_app_common_scheduler: {
    params: { scene_id: ID, limit: 200 },
    path: '/app/common_scheduler',
    query: { scene_id: ID, limit: '200' },
    reply: { body: [{ ...SCHEDULE, id: ID, scene_id: ID, group_id: '' }] },
  },
  post_app_common_scheduler: {
    params: { group_id: ID, attrs: { bool: 1 }, time: '23:59', repeat: 'mon,tue' },
    path: '/app/common_scheduler',
    body: { group_id: ID, attrs: { bool: 1 }, time: '23:59', repeat: 'mon,tue' },
    reply: { status: 201, body: { id: ID } },
  },
  put_app_common_scheduler_id: {
    params: { id: ID, did: DID, ...SCHEDULE },
    path: `/app/common_scheduler/${ID}`,
    body: { did: DID, ...SCHEDULE },
    reply: { body: { id: ID } },
  },
  delete_app_common_scheduler_id: {
    params: { id: ID },
    path: `/app/common_scheduler/${ID}`,
    reply: { text: '' },
    payload: {},
  },
  get_app_scheduler: { path: '/app/scheduler', reply: { body: [{ id: ID, time: '15:00' }] } },
  post_app_scheduler: {
    params: {
      date: '2026-09-26',
      time: '15:00',
      repeat: 'none',
      task: [{ did: DID, product_key: PK, attrs: { switch: true } }],
      retry_count: 60,
      retry_task: 'failed',
    },
    path: '/app/scheduler',
    body: {
      date: '2026-09-26',
      time: '15:00',
      repeat: 'none',
      task: [{ did: DID, product_key: PK, attrs: { switch: true } }],
      retry_count: 60,
      retry_task: 'failed',
    },
    reply: { status: 201, body: { id: ID } },
  },
  delete_app_scheduler_id: { params: { id: ID }, path: `/app/scheduler/${ID}`, reply: { text: '' }, payload: {} },
  get_app_scheduler_id_logs: {
    params: { id: ID },
    path: `/app/scheduler/${ID}/logs`,
    reply: { body: [{ datetime: '2017-09-26T15:00:00Z', status: 'succeed', detail: { [DID]: true } }] },
  },
  get_app_devdata_did_agg_data: {
    params: {
      did: DID,
      start_ts: 1447837618000,
      end_ts: 1447924018000,
      attrs: ['weight', 'fat'],
      aggregator: 'sum',
      unit: 'DAYS',
    },
    path: `/app/devdata/${DID}/agg_data`,
    query: {
      start_ts: '1447837618000',
      end_ts: '1447924018000',
      attrs: 'weight,fat',
      aggregator: 'sum',
      unit: 'DAYS',
    },
    reply: {
      body: { query: {}, data: [{ datatime: '20150720', uid: UID, product_key: PK, attrs: { weight: '50' } }] },
    },
    payload: [{ datatime: '20150720', uid: UID, product_key: PK, attrs: { weight: '50' } }],
  },
  get_status: { path: '/status', reply: { body: { status: { version: '2.15.1' } } } },
  get_errors: {
    path: '/errors',
    reply: { body: [{ status: 400, error_code: 9001, error_message: 'mac already registered!' }] },
  },
};
