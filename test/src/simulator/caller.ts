import type { Simulator } from '../../../src/simulator';

export interface Reply {
  status: number;
  headers: Headers;
  text: string;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
  body: any;
}

export type Query = Readonly<Record<string, string | number>>;

/** A caller of the simulated Enterprise API that adds nothing of its own: what it sends is what the test says. */
export class Caller {
  token = '';

  constructor(
    readonly simulator: Simulator,
    /** Which of the simulator's products the paths are about. */
    readonly index = 0,
  ) {}

  get product(): Simulator['products'][number] {
    return this.simulator.products[this.index] as Simulator['products'][number];
  }

  get credentials(): Record<string, string> {
    const { id, secret } = this.simulator.enterprise;
    return { enterprise_id: id, enterprise_secret: secret, product_secret: this.product.productSecret };
  }

  async send(
    method: string,
    path: string,
    { query, body, headers }: { query?: Query; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<Reply> {
    const search = query
      ? `?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, `${value}`]))}`
      : '';
    const reply = await fetch(this.simulator.enterprise.baseUrl + path + search, {
      method,
      redirect: 'manual',
      headers: { ...(this.token && { authorization: `token ${this.token}` }), ...headers },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await reply.text();
    let parsed: unknown;
    try {
      parsed = JSON.parse(text);
    } catch {
      parsed = undefined;
    }
    return { status: reply.status, headers: reply.headers, text, body: parsed };
  }

  /** A path below the product's. */
  path(rest: string): string {
    return `/v1/products/${this.product.productKey}/${rest}`;
  }

  get(rest: string, query?: Query): Promise<Reply> {
    return this.send('GET', this.path(rest), query ? { query } : {});
  }

  post(rest: string, body: unknown): Promise<Reply> {
    return this.send('POST', this.path(rest), { body });
  }

  async login(): Promise<this> {
    this.token = '';
    const { body } = await this.post('access_token', this.credentials);
    this.token = body.token;
    return this;
  }

  /** One of the calls that want the enterprise's headers. */
  enterprise(rest: string, query: Query, headers: Record<string, string> = {}): Promise<Reply> {
    const { id, secret } = this.simulator.enterprise;
    const own = { 'X-Gizwits-Enterprise-ID': id, 'X-Gizwits-Enterprise-Secret': secret };
    return this.send('GET', `/v1/users/${rest}`, { query, headers: { ...own, ...headers } });
  }
}
