/** Errors of the Open API: HTTP status (400 where the documents name none) and message by code. */
const TABLE: Readonly<Record<number, readonly [status: number, message: string]>> = {
  9001: [400, 'mac already registered!'],
  9002: [400, 'product_key invalid'],
  9003: [400, 'appid invalid'],
  9004: [400, 'token invalid!'],
  9005: [400, 'user not exist'],
  9006: [400, 'token expired'],
  9007: [400, 'm2m_id invalid'],
  9008: [500, 'server error'],
  9009: [400, 'code expired'],
  9010: [400, 'code invalid'],
  9011: [400, 'sandbox scale quota exhausted!'],
  9012: [400, 'production scale quota exhausted!'],
  9013: [400, 'product has no request scale!'],
  9014: [404, 'device not found!'],
  9015: [400, 'form invalid!'],
  9016: [400, 'did or passcode invalid!'],
  9017: [401, 'device not bound!'],
  9018: [400, 'phone unavailable!'],
  9019: [400, 'username unavailable!'],
  9020: [400, 'username or password error!'],
  9021: [400, 'send command failed!'],
  9022: [400, 'email unavailable!'],
  9023: [400, 'device is disabled!'],
  9024: [400, 'fail to notify m2m!'],
  9025: [400, 'attr invalid!'],
  9026: [400, 'user invalid!'],
  9027: [404, 'firmware not found!'],
  9028: [404, 'JD product info not found!'],
  9029: [400, 'datapoint data not found!'],
  9030: [404, 'scheduler not found!'],
  9031: [400, 'qq oauth key invalid!'],
  9032: [400, 'ota upgrade service OK, but in idle or disable!'],
  9033: [400, 'bt firmware unverified,except verify device!'],
  9034: [404, 'bt firmware is OK, but nothing to upgrade!'],
  9035: [500, 'Save kairosdb error!'],
  9036: [400, 'event not defined!'],
  9037: [400, 'send sms failed!'],
  9038: [400, 'X-Gizwits-Application-Auth invalid!'],
  9039: [403, 'Not allowed to call deprecated API!'],
  9040: [400, 'bad qrcode content!'],
  9041: [429, 'request was throttled'],
  9042: [400, 'device offline!'],
  9043: [400, 'X-Gizwits-Timestamp invalid!'],
  9044: [400, 'X-Gizwits-Signature invalid!'],
  9045: [400, 'API deprecated!'],
  9046: [400, 'Register already in progress!'],
  9047: [400, 'device encrypt disabled!'],
  9048: [400, 'device encrypt enabled!'],
  9077: [400, 'email exists but not activated!'],
  9080: [400, 'can not share device to self!'],
  9081: [400, 'guest or normal user can not share device!'],
  9082: [400, 'guest user not found!'],
  9083: [400, 'guest user alread bound!'],
  9084: [400, 'sharing record not found!'],
  9085: [400, 'message record not found!'],
  9087: [400, 'sharing alread created,waiting for the guest to accept!'],
  9088: [400, 'sharing record expired!'],
  9089: [400, 'sharing record status is not unaccept!'],
  9090: [400, 'owner binding disabled!'],
  9092: [400, 'owner exist, guest can not bind!'],
  9093: [400, 'permission denied, you are not owner!'],
  9094: [400, 'sharing already canceled!'],
  9095: [400, 'can not unbind self!'],
  9096: [400, 'permission denied, you are not guest!'],
  9098: [400, 'notify delele binding failed!'],
  9099: [400, 'notify delele binding failed!'],
  9100: [400, 'permission denied, you are not owner or guest!'],
  9101: [400, 'permission denied, you are not the receiver!'],
  9220: [404, 'scene not found!'],
  9221: [400, 'scene does not belong to you!'],
  9999: [400, 'reserved'],
};

/** The table as the operation /errors prints it. */
export function errorList(): { status: number; error_code: number; error_message: string }[] {
  return Object.entries(TABLE).map(([code, [status, message]]) => ({
    status,
    error_code: Number(code),
    error_message: message,
  }));
}

/** Thrown by an operation that refuses. */
export class AppRefused extends Error {
  readonly code: number;
  readonly status: number;
  /** More about it, in `detail_message`; null for none, as captured. */
  readonly detail: string | null;

  constructor(code: number, detail: string | null = null) {
    const [status, message] = TABLE[code] ?? [400, 'unknown error'];
    super(message);
    this.code = code;
    this.status = status;
    this.detail = detail;
  }
}
