import { PRODUCT_KEY } from './replies';

const DIGITS = 10;
const ZEROES = '0'.repeat(DIGITS);
const LEAST = 1_000_000_000;

const LINE =
  `{"cmd":"event_push","delivery_id":${ZEROES},"msg_id":"MGI1MzcyZWZkMDdiNDBjYQ","event_type":"device_status_kv",` +
  `"product_key":"${PRODUCT_KEY}","did":"Mavn3NpqLZ32XDEj000000","mac":"fd06c3000000",` +
  `"group_id":null,"created_at":17${ZEROES}e-2,` +
  '"data":{"switch":1,"mode":"制冷","set_temp":26,"room_temp":25.5,"fan":"自动","fault_roomtemp":0,"alert_filter":0,' +
  '"timer":120,"schedule":"0001ff0000000000"}}\n';
const LENGTH = Buffer.byteLength(LINE);
const DELIVERY_AT = LINE.indexOf(ZEROES);
const CREATED_AT = LINE.indexOf(ZEROES, DELIVERY_AT + DIGITS);

/** Lines that lie ready with everything but their numbers. */
const PREPARED = 1000;
const READY = Buffer.from(LINE.repeat(PREPARED));

/**
 * Lines of the events from number `first` on, each with its line feed: some 350 bytes as the vendor prints them
 * (snoti.md), no two alike. Their delivery id and their time are put into lines that lie ready, since a service that
 * builds each of them would be the slowest part of the measurement.
 */
export function eventLines(first: number, count: number): Buffer {
  const bytes = Buffer.allocUnsafe(count * LENGTH);
  for (let filled = 0; filled < count; filled += PREPARED) READY.copy(bytes, filled * LENGTH);
  for (let index = 0; index < count; index++) {
    writeDigits(bytes, index * LENGTH + DELIVERY_AT, LEAST + first + index);
    writeDigits(bytes, index * LENGTH + CREATED_AT, LEAST + first + index);
  }
  return bytes;
}

function writeDigits(bytes: Buffer, at: number, value: number): void {
  let rest = value;
  for (let digit = DIGITS - 1; digit >= 0; digit--) {
    const tenth = Math.floor(rest / 10);
    bytes[at + digit] = 0x30 + rest - tenth * 10;
    rest = tenth;
  }
}
