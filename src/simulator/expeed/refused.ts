/** Messages of the appendix, by number. */
const MESSAGES: Readonly<Record<number, string>> = {
  1: 'token过期',
  2: '设备不存在',
  3: 'Device_key不存在',
  4: 'URL参数非法',
  5: 'BODY参数非法',
};

/** An answer that says no. The tables of single calls give some numbers messages of their own. */
export class Refused extends Error {
  constructor(
    readonly code: number,
    message = MESSAGES[code] ?? '未知错误',
  ) {
    super(message);
  }
}
