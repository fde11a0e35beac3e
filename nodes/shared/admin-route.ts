import type { NodeAPI } from 'node-red';
import { CloudError } from '../../src/cloud/errors';
import { isPlainObject } from '../../src/cloud/input';
import type { TextParams } from '../../src/texts';
import { EditorNodes, readDrafts } from './editor-nodes';
import { asCloudError } from './input';
import { RequestRate } from './request-rate';
import { isForeign } from './same-origin';

/** An Express middleware, as Node-RED's typings have it. */
export type Middleware = ReturnType<NodeAPI['auth']['needsPermission']>;

/** What a dialog asked. */
export interface Asked {
  /** The JSON object that it sent. Nothing in it is checked. */
  readonly body: Readonly<Record<string, unknown>>;
  /** Aborts at the deadline; not when the dialog has gone, since others may wait for the same answer. */
  readonly signal: AbortSignal;
  /** The config nodes as the dialogs hold them. */
  readonly nodes: EditorNodes;
}

/** An answer: the result, or why there is none, for the dialog to put into the reader's language. */
export type Said = { answer: object } | { error: { code: string; text: { textKey: string; textParams: TextParams } } };

/** For a whole answer: longer than a slow login and one call, shorter than a reader's patience. */
const DEADLINE_MS = 10_000;

/** Requests a minute to one route from one address; a reader who types and opens dialogs makes far fewer. */
const MOST_A_MINUTE = 60;

/** Bytes of an answer; what is larger was not meant for a dialog. */
const LONGEST_ANSWER = 1_000_000;

/**
 * The one way in which dialogs ask the runtime. To add a route, post it on the admin application (`product-lookups.ts`
 * is an example) with its path as a literal, which a test reads in the built code, then
 * `RED.auth.needsPermission('gizwits.read')`, then
 *
 * ```ts
 * adminRoute(RED, async (asked) => {
 *   const thing = asked.nodes.find<ThingNode>(asked.body.thing, 'gizwits-thing', ['region', 'baseUrl']);
 *   return { … };   // any object without a secret in it; for a failure, throw a CloudError
 * })
 * ```
 *
 * and put it into `test/package/admin-routes.ts`. The dialog calls `ask('gizwits-thing/…', { thing: id }, [node])` of
 * `nodes/editor/ask.ts`, which adds the config nodes that are not deployed yet; the route reads config nodes through
 * `asked.nodes` alone, whose `find` keeps saved secrets from going elsewhere.
 *
 * The wrapper refuses what is not JSON (415; no form of another site can send it), what the page of another site sent
 * (403), too much from one address (429) and a body that is no object (400). What is not deployed is looked at only for
 * users who may deploy it. Everything else is answered 200 with {@link Said}: a cloud that is away is no failure of the
 * admin API. After the deadline the answer is `GIZ_TIMEOUT`, and `asked.signal` aborts what still runs.
 */
export function adminRoute(
  RED: NodeAPI,
  work: (asked: Asked) => Promise<object>,
  { deadlineMs = DEADLINE_MS }: { deadlineMs?: number } = {},
): Middleware {
  const rate = new RequestRate(MOST_A_MINUTE);
  return (request, response, next) => {
    const refuse = (status: number): void => void response.status(status).json({});
    if (!request.is('application/json')) return refuse(415);
    if (isForeign(request.headers)) return refuse(403);
    if (!rate.admits(request.ip ?? '')) return refuse(429);
    const body: unknown = request.body;
    if (!isPlainObject(body)) return refuse(400);
    const drafts = readDrafts(body.nodes);
    if (!drafts) return refuse(400);

    const answer = (): void => {
      const nodes = new EditorNodes(RED, drafts);
      void say((signal) => work({ body, signal, nodes }), deadlineMs).then((said) => response.json(said));
    };
    // Who may send what is not deployed can make Node-RED call any address: that is for those who may deploy it.
    if (drafts.length === 0) answer();
    else RED.auth.needsPermission('flows.write')(request, response, (error) => (error ? next(error) : answer()));
  };
}

/** Does the work within the deadline. Never rejects. */
async function say(work: (signal: AbortSignal) => Promise<object>, deadlineMs: number): Promise<Said> {
  const deadline = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      deadline.abort();
      reject(lateError(deadlineMs));
    }, deadlineMs);
  });
  try {
    const answer = await Promise.race([work(deadline.signal), late]);
    if (JSON.stringify(answer).length > LONGEST_ANSWER) throw tooLarge();
    return { answer };
  } catch (thrown) {
    const { code, textKey, textParams } = asCloudError(thrown);
    return { error: { code, text: { textKey, textParams } } };
  } finally {
    clearTimeout(timer);
  }
}

function lateError(deadlineMs: number): CloudError {
  const textParams = { seconds: deadlineMs / 1000 };
  return new CloudError({ code: 'GIZ_TIMEOUT', textKey: 'errors.lookup.late', textParams, outcome: 'unknown' });
}

function tooLarge(): CloudError {
  const textParams = { limit: LONGEST_ANSWER / 1_000_000 };
  return new CloudError({
    code: 'GIZ_BAD_RESPONSE',
    textKey: 'errors.badResponse.tooLarge',
    textParams,
    outcome: 'refused',
  });
}
