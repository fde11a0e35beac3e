import type { Clock } from '../../cloud/clock';
import { type ApiAnswer, type ApiRequest, type HttpApi, jsonAnswer } from '../http/message';
import type { World } from '../world/world';
import { checkEnterpriseHeaders, checkSignature } from './account-operations';
import { type Behaviour, defaultBehaviour } from './behaviour';
import { Call, type Enterprise } from './call';
import { Refused } from './errors';
import { Quota } from './quota';
import { findRoute } from './router';
import type { Route } from './routes';
import { Tokens } from './tokens';

/** The Enterprise API over a world: authentication, quota, operations, error bodies. It knows nothing of sockets. */
export class EnterpriseApi implements HttpApi {
  readonly name = 'enterprise';
  readonly behaviour: Behaviour;
  readonly tokens: Tokens;
  readonly quota: Quota;

  constructor(
    private readonly clock: Clock,
    private readonly world: () => World,
    seed: number,
  ) {
    this.behaviour = defaultBehaviour();
    this.tokens = new Tokens(clock, seed, this.behaviour);
    this.quota = new Quota(clock, this.behaviour);
  }

  owns(path: string): boolean {
    return path.startsWith('/v1/') || path.startsWith('/dataapi/');
  }

  operationOf(method: string, path: string): string | undefined {
    const match = findRoute(method, path);
    return match && 'route' in match ? match.route.operation : undefined;
  }

  answer(request: ApiRequest): ApiAnswer {
    const match = findRoute(request.method, request.path);
    if (!match || request.method === 'HEAD') return jsonAnswer(404, { detail: 'Not found.' }, this.quota.headers());
    if ('allowed' in match) {
      const headers = { ...this.quota.headers(), allow: match.allowed.join(', ') };
      return jsonAnswer(405, { detail: `Method "${request.method}" not allowed.` }, headers);
    }
    const { clock, behaviour, tokens, quota } = this;
    const enterprise: Enterprise = { clock, world: this.world(), behaviour, tokens, quota };
    try {
      const body = this.run(match.route, new Call(enterprise, request, match.params));
      return jsonAnswer(match.route.status ?? 200, body, quota.headers());
    } catch (error) {
      if (error instanceof Refused) return this.refuse(error);
      throw error;
    }
  }

  refusal(code: number): ApiAnswer {
    return this.refuse(new Refused(code));
  }

  private run(route: Route, call: Call): object {
    const { whiteList } = this.behaviour;
    if (whiteList && !whiteList.includes(call.request.remoteAddress)) throw new Refused(5012);
    if (route.authentication === 'enterprise') checkEnterpriseHeaders(call);
    else if (route.authentication === 'signature') checkSignature(call);
    else if (route.authentication === 'token') {
      const { product } = call;
      if (!product.associated) throw new Refused(5007);
      this.tokens.check(call.request.headers.authorization, product.productKey);
    }
    // A login names the enterprise only in its body, and counts itself once it has been let in; a signed call names none.
    if (route.authentication === 'token' || route.authentication === 'enterprise') this.quota.take();
    if (route.nightly && !this.behaviour.reportsReady) throw new Refused(5014);
    return route.answer(call);
  }

  private refuse({ code, status, message, detail }: Refused): ApiAnswer {
    const { errorCodeType, errorDetail } = this.behaviour;
    const body = {
      error_code: errorCodeType === 'string' ? String(code) : code,
      error_message: message,
      ...(errorDetail === 'detail' && { detail }),
      ...(errorDetail === 'detail_message' && { detail_message: detail || null }),
    };
    return jsonAnswer(status, body, this.quota.headers());
  }
}
