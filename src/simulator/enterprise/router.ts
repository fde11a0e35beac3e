import { ROUTES, type Route } from './routes';

interface Pattern {
  route: Route;
  segments: readonly string[];
}

const PATTERNS: readonly Pattern[] = ROUTES.flatMap((route) =>
  route.paths.map((path) => ({ route, segments: path.split('/') })),
);

/** What a path leads to: a route with its placeholders' values, or the methods that the path would allow. */
export type Match = { route: Route; params: Record<string, string> } | { allowed: readonly string[] };

function decode(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

function bind(pattern: Pattern, segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.segments.length !== segments.length) return undefined;
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.segments.entries()) {
    const given = decode(segments[index] as string);
    if (given === undefined) return undefined;
    if (!expected.startsWith('{')) {
      if (given !== expected) return undefined;
    } else if (given === '') return undefined;
    else params[expected.slice(1, -1)] = given;
  }
  return params;
}

/** Finds the route of a request; undefined when no route has that path. */
export function findRoute(method: string, path: string): Match | undefined {
  const segments = path.split('/');
  const found: { route: Route; params: Record<string, string> }[] = [];
  for (const pattern of PATTERNS) {
    const params = bind(pattern, segments);
    if (params) found.push({ route: pattern.route, params });
  }
  if (found.length === 0) return undefined;
  return found.find(({ route }) => route.method === method) ?? { allowed: found.map(({ route }) => route.method) };
}
