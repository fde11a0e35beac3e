import type { Authentication, Operation, RequestContext } from '../../cloud/catalogue';
import { buildCustomRequest, type CustomRequest } from '../../cloud/custom-request';
import { badInput } from '../../cloud/errors';
import { excerpt } from '../../cloud/input';
import type { WireRequest } from '../../cloud/reply';
import { buildRequest } from '../../cloud/request';
import { enterpriseOperations } from './operations';

/** A call of an author's own, with the properties that decide how it is sent and read. */
export interface CustomCall {
  operation: Operation;
  request: WireRequest;
}

const PRODUCT_PATH = /^\/v1\/products\/([^/]*)/i;
const LOGIN_PATH = /^\/v1\/products\/[^/]*\/access_token\/?$/i;

/**
 * Builds a call that no operation of the catalogue describes, for example one that the vendor has added since. The path
 * tells how it is authenticated, as it does for the documented operations: users of all products by enterprise secret,
 * signed data services by signature, everything of a product by its token.
 * @throws CloudError GIZ_BAD_INPUT for an unsafe path, for the path of another product and for that of the login;
 *   GIZ_CONFIG for values that the account lacks.
 */
export function buildCustomCall(custom: CustomRequest, context: RequestContext): CustomCall {
  const request = buildCustomRequest(custom, context);
  const path = request.path.split('?', 1)[0];
  if (LOGIN_PATH.test(path)) throw badInput('loginPath', { field: 'path' });
  const product = PRODUCT_PATH.exec(path)?.[1];
  if (product !== undefined && product !== context.supplied.product_key) {
    throw badInput('productKey', { field: 'path', given: excerpt(product) });
  }
  const operation = customOperation(request.method, path);
  const headers = { ...request.headers, ...accountHeaders(operation.authentication, context) };
  return { operation, request: Object.keys(headers).length > 0 ? { ...request, headers } : request };
}

function customOperation(method: WireRequest['method'], path: string): Operation {
  return {
    id: 'custom',
    method,
    path,
    authentication: authenticationOf(path),
    lane: method === 'GET' ? 'read' : 'control',
    parameters: [],
    emptyReply: true,
    replyShape: 'any',
    title: 'gizwits.operations.custom.title',
    description: 'gizwits.operations.custom.description',
  };
}

function authenticationOf(path: string): Authentication {
  if (/^\/v1\/users(?:\/|$)/.test(path)) return 'enterprise';
  if (/^\/dataapi\//.test(path)) return 'signature';
  if (/^\/v1\/products\/[^/]+\/association\/?$/.test(path)) return 'none';
  return 'token';
}

/** The headers of a documented operation with the same authentication. */
function accountHeaders(authentication: Authentication, context: RequestContext): WireRequest['headers'] {
  const model = Object.values(enterpriseOperations).find((known) => known.authentication === authentication);
  if (!model || (authentication !== 'enterprise' && authentication !== 'signature')) return {};
  const parameters = model.parameters.filter((parameter) => parameter.in === 'header');
  return buildRequest({ ...model, parameters, constraints: [] }, {}, context).headers;
}
