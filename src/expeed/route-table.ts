import { accepts } from '../cloud/catalogue';
import { CloudError } from '../cloud/errors';
import { configError, excerpt } from '../cloud/input';

/** Characters of a path that need no encoding, and encoded ones; no pattern characters, no dots as segments. */
const PATH = /^(?:\/[A-Za-z0-9._~!$&'()*+,;=:@%-]*)+$/;
const ENCODED_BADLY = /%(?![0-9a-fA-F]{2})/;

/**
 * A path as it is compared: with its leading slash, without one at the end.
 * @throws CloudError GIZ_CONFIG when it cannot be the path of a URL.
 */
export function normalPath(path: string): string {
  const text = path.trim();
  const absolute = text.startsWith('/') ? text : `/${text}`;
  const segments = absolute.split('/').slice(1);
  const isPath = PATH.test(absolute) && !ENCODED_BADLY.test(absolute) && absolute.length <= 256;
  if (!isPath || segments.some((segment) => segment === '.' || segment === '..')) {
    const accepted = accepts('path', { example: '/expeed' });
    throw configError('invalid', { field: 'path', given: excerpt(path), accepted });
  }
  return absolute.replace(/\/+$/, '') || '/';
}

/**
 * Who answers at which path. One for each HTTP application of the process: nodes join and leave, the application's own
 * list of routes never changes, so that redeploys leave nothing behind in it.
 */
export class RouteTable<Handler> {
  private readonly routes = new Map<string, Handler>();

  /**
   * Takes a path for a handler; the returned function gives it back.
   * @throws CloudError GIZ_CONFIG when another one has it: it keeps the path.
   */
  join(path: string, handler: Handler): () => void {
    const key = normalPath(path);
    if (this.routes.has(key)) {
      throw new CloudError({
        code: 'GIZ_CONFIG',
        textKey: 'expeed.pathTaken',
        textParams: { path: key },
        outcome: 'not-sent',
      });
    }
    this.routes.set(key, handler);
    return () => {
      if (this.routes.get(key) === handler) this.routes.delete(key);
    };
  }

  /** Whoever answers at the path of a request; a slash at its end makes no difference. */
  find(path: string): Handler | undefined {
    let end = path.length;
    while (end > 1 && path.charCodeAt(end - 1) === 0x2f) end--;
    return this.routes.get(path.slice(0, end));
  }

  get size(): number {
    return this.routes.size;
  }
}
