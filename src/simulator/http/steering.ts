import type { EnterpriseApi } from '../enterprise/api';
import { type ApiAnswer, type ApiRequest, type HttpApi, jsonAnswer } from './message';

/** Interface under `/_simulator` for whoever steers the simulator. */
export class Steering implements HttpApi {
  readonly name = 'steering';
  constructor(private readonly enterprise: EnterpriseApi) {}
  owns(path: string): boolean {
    return path === '/_simulator' || path.startsWith('/_simulator/');
  }
  operationOf(): undefined {
    return undefined;
  }
  answer(_request: ApiRequest): ApiAnswer {
    return jsonAnswer(200, this.enterprise.behaviour);
  }
  refusal(code: number): ApiAnswer {
    return jsonAnswer(400, { code });
  }
}
