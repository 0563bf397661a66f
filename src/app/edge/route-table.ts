import type { HotRoute } from "../../platform/http/hot-route.ts";

/** The method and path of a route; parameters of a path are `:name` segments. */
interface TableRoute {
  readonly method: string;
  readonly path: string;
}

/** The hot routes of one path by method. The route of `GET` also handles `HEAD`. */
export type HotRoutes = ReadonlyMap<string, HotRoute>;

/** The paths of the service: their hot routes, templates and methods. */
export interface RouteTable {
  /** The hot routes by path. */
  readonly hotPaths: ReadonlyMap<string, HotRoutes>;
  /** The hot routes of a path, or null. */
  findHotRoutes(path: string): HotRoutes | null;
  /** The template of a path, such as `/api/v1/posts/:post_id`; null for an unknown path. */
  findTemplate(path: string): string | null;
  /** The methods of a path, `HEAD` with every `GET`, in alphabetical order; empty for an unknown path. */
  methodsOf(path: string): readonly string[];
  /** The number of segments of the longest path. */
  readonly maximumSegments: number;
}

interface Pattern {
  readonly template: string;
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
  const hotPaths = hotPathsOf(hotRoutes);
  const patterns = patternsOf([...hotRoutes, ...routes]);

  function find(path: string): Pattern | undefined {
    const segments = withoutLastSlash(path).split("/");
    return patterns.find((pattern) => fits(pattern, segments));
  }

  return {
    hotPaths,
    findHotRoutes: (path) => hotPaths.get(withoutLastSlash(path)) ?? null,
    findTemplate: (path) => find(path)?.template ?? null,
    methodsOf: (path) => find(path)?.methods ?? [],
    maximumSegments: Math.max(...patterns.map(({ segments }) => segments.length - 1)),
  };
}

/** Throws for two hot routes of one method and path: one would never be called. */
function hotPathsOf(hotRoutes: readonly HotRoute[]): Map<string, Map<string, HotRoute>> {
  const paths = new Map<string, Map<string, HotRoute>>();
  for (const route of hotRoutes) {
    const ofPath = paths.get(route.path) ?? new Map<string, HotRoute>();
    if (ofPath.has(route.method)) throw new Error(`two hot routes: ${route.method} ${route.path}`);
    ofPath.set(route.method, route);
    if (route.method === "GET") ofPath.set("HEAD", route);
    paths.set(route.path, ofPath);
  }
  return paths;
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
    .map(([template, methods]) => ({
      template,
      segments: template.split("/"),
      methods: [...methods].toSorted(),
    }))
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
