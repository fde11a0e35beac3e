import { PRODUCT_KEY } from './replies';

/** Lines of the events from number `first` on, each with its line feed. */
export type EventLines = (first: number, count: number) => Buffer;

const DIGITS = 10;
const ZEROES = '0'.repeat(DIGITS);
const LEAST = 1_000_000_000;
/** Lines that lie ready with everything but their numbers. */
const PREPARED = 1000;

/**
 * Events of some 350 bytes as the vendor prints them (snoti.md), no two alike: their delivery id and their time are put
 * into lines that lie ready, since a service that builds each of them would be the slowest part of the measurement.
 */
export function eventLines(devices: number): EventLines {
  const count = Math.max(PREPARED, devices);
  const lines = Array.from({ length: count }, (_, index) => line(index % devices));
  const length = Buffer.byteLength(lines[0]);
  const all = Buffer.from(lines.join(''));
  const deliveryAt = lines[0].indexOf(ZEROES);
  const createdAt = lines[0].indexOf(ZEROES, deliveryAt + DIGITS);
  return (first, wanted) => {
    const bytes = Buffer.allocUnsafe(wanted * length);
    let filled = 0;
    let slot = first % count;
    while (filled < wanted) {
      const some = Math.min(wanted - filled, count - slot);
      all.copy(bytes, filled * length, slot * length, (slot + some) * length);
      filled += some;
      slot = 0;
    }
    for (let index = 0; index < wanted; index++) {
      writeDigits(bytes, index * length + deliveryAt, LEAST + first + index);
      writeDigits(bytes, index * length + createdAt, LEAST + first + index);
    }
    return bytes;
  };
}

function writeDigits(bytes: Buffer, at: number, value: number): void {
  let rest = value;
  for (let digit = DIGITS - 1; digit >= 0; digit--) {
    const tenth = Math.floor(rest / 10);
    bytes[at + digit] = 0x30 + rest - tenth * 10;
    rest = tenth;
  }
}

/** All lines have the same length: the names of devices too. */
function line(device: number): string {
  const name = String(device).padStart(6, '0');
  return (
    `{"cmd":"event_push","delivery_id":${ZEROES},"msg_id":"MGI1MzcyZWZkMDdiNDBjYQ","event_type":"device_status_kv",` +
    `"product_key":"${PRODUCT_KEY}","did":"Mavn3NpqLZ32XDEj${name}","mac":"fd06c3${name}",` +
    `"group_id":null,"created_at":17${ZEROES}e-2,` +
    '"data":{"switch":1,"mode":"制冷","set_temp":26,"room_temp":25.5,"fan":"自动","fault_roomtemp":0,"alert_filter":0,' +
    '"timer":120,"schedule":"0001ff0000000000"}}\n'
  );
}
