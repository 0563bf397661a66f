import type { HotRoute } from "../../platform/http/hot-route.ts";

/** The method and path of a route; parameters of a path are `:name` segments. */
interface TableRoute {
  readonly method: string;
  readonly path: string;
}

/** The methods of each path, and the paths of hot routes. */
export interface RouteTable {
  readonly hotRoutes: readonly HotRoute[];
  /** The hot route of a path and a method, or null. The route of `GET` also handles `HEAD`. */
  findHotRoute(path: string, method: string): HotRoute | null;
  /** The methods of a path, `HEAD` with every `GET`, in alphabetical order; empty for an unknown path. */
  methodsOf(path: string): readonly string[];
}

interface Pattern {
  readonly segments: readonly string[];
  readonly methods: readonly string[];
}

/**
 * The table of all routes, for finding hot routes and for the `Allow` header of a 405 (RFC 9110 §15.5.6). As in the
 * framework's router, a slash at the end of a path makes no difference, and a literal segment precedes a parameter.
 */
export function createRouteTable(
  hotRoutes: readonly HotRoute[],
  routes: readonly TableRoute[],
): RouteTable {
  const hotByPath = new Map(hotRoutes.map((route) => [route.path, route]));
  const patterns = patternsOf([...hotRoutes, ...routes]);

  return {
    hotRoutes,
    findHotRoute(path, method) {
      const route = hotByPath.get(withoutLastSlash(path));
      return route && acceptsMethod(route, method) ? route : null;
    },
    methodsOf(path) {
      const segments = withoutLastSlash(path).split("/");
      return patterns.find((pattern) => fits(pattern, segments))?.methods ?? [];
    },
  };
}

/** Whether a route handles requests of this method. */
export function acceptsMethod(route: TableRoute, method: string): boolean {
  return route.method === method || (route.method === "GET" && method === "HEAD");
}

function patternsOf(routes: readonly TableRoute[]): Pattern[] {
  const methodsByPath = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    const methods = methodsByPath.get(path) ?? new Set();
    methods.add(method);
    if (method === "GET") methods.add("HEAD");
    methodsByPath.set(path, methods);
  }
  return [...methodsByPath]
    .map(([path, methods]) => ({ segments: path.split("/"), methods: [...methods].toSorted() }))
    .toSorted((one, other) => parameterCount(one) - parameterCount(other));
}

function fits(pattern: Pattern, segments: readonly string[]): boolean {
  return (
    pattern.segments.length === segments.length &&
    pattern.segments.every((segment, index) => {
      const actual = segments[index] ?? "";
      return isParameter(segment) ? actual !== "" : segment === actual;
    })
  );
}

function parameterCount({ segments }: Pattern): number {
  return segments.filter(isParameter).length;
}

function isParameter(segment: string): boolean {
  return segment.startsWith(":");
}

function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}
