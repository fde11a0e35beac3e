import { connect, type TLSSocket } from 'node:tls';
import { authority } from './files';

/** What the envelope of an event holds, as far as a reader needs it. */
export interface EventBody {
  readonly cmd: string;
  readonly delivery_id: number;
  readonly msg_id: string;
  readonly data: Record<string, unknown>;
}

const LINE_FEED = 0x0a;
const EMPTY = Buffer.alloc(0);

/**
 * A good reader of pushed events and nothing else: whole lines are looked for in each chunk and parsed, and the
 * acknowledgements of a chunk leave together. It keeps no book: redeliveries, ids beyond 2^53, heartbeats and
 * reconnections are not its business.
 */
export function goodReader(port: number, take: (event: EventBody) => void): TLSSocket {
  const socket = connect({ port, host: 'localhost', ca: authority });
  let rest: Buffer = EMPTY;
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    const bytes = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let acknowledgements = '';
    let from = 0;
    for (;;) {
      const end = bytes.indexOf(LINE_FEED, from);
      if (end < 0) break;
      const event = JSON.parse(bytes.toString('utf8', from, end)) as EventBody;
      take(event);
      acknowledgements += `{"cmd":"event_ack","delivery_id":${event.delivery_id},"msg_id":"${event.msg_id}"}\n`;
      from = end + 1;
    }
    rest = from < bytes.length ? bytes.subarray(from) : EMPTY;
    if (acknowledgements !== '') socket.write(acknowledgements);
  });
  return socket;
}
