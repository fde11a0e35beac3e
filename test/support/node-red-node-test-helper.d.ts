/** The part of the helper (0.3.6, which ships no types) that the tests use. */
declare module 'node-red-node-test-helper' {
  import type { EventEmitter } from 'node:events';
  import type { NodeAPI } from 'node-red';

  /** A node of the loaded flow; its other methods are sinon spies. */
  interface HelperNode extends EventEmitter {
    readonly id: string;
    readonly type: string;
    receive(msg: object): void;
  }

  type NodeSet = (RED: NodeAPI) => void | Promise<void>;
  type Flow = readonly { readonly id: string; readonly type: string }[];
  type Credentials = Readonly<Record<string, Readonly<Record<string, string>>>>;

  interface AdminRequest {
    set(header: string, value: string): this;
    type(media: string): this;
    send(body: object | string): Promise<{ status: number; body: unknown }>;
  }

  interface Helper {
    /** @param runtime Main file of the Node-RED to test with. */
    init(runtime: string, settings?: Readonly<Record<string, unknown>>): void;
    settings(settings: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>>;
    load(sets: NodeSet | readonly NodeSet[], flow: Flow, credentials?: Credentials): Promise<void>;
    setFlows(flow: Flow, type?: 'full' | 'flows' | 'nodes', credentials?: Credentials): Promise<void>;
    unload(): Promise<void>;
    clearFlows(): Promise<void>;
    /** Null for an id that the flow has not; declared without, because a test would only fail a line later. */
    getNode(id: string): HelperNode;
    startServer(done?: () => void): Promise<void>;
    stopServer(done?: () => void): Promise<void>;
    /** A supertest request to the admin API. */
    request(): { post(path: string): AdminRequest };
    /** Base URL of the admin API. */
    url(): string;
    /** A sinon spy over the log: one call an entry, with `{ level, id, type, msg }`. */
    log(): { readonly args: readonly (readonly [{ level: number; id?: string; type?: string; msg: unknown }])[] };
  }

  const helper: Helper;
  export default helper;
}
