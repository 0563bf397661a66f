/**
 * Tells which methods a path takes, `HEAD` with every `GET`; empty for an unknown path. Given the app's routes, whose
 * parameters are `:name` segments; a path that says more literally comes first. As for the router, a slash at the end makes no
 * difference.
 */
export function createAllowedMethods(
  routes: readonly { readonly method: string; readonly path: string }[],
): (path: string) => readonly string[] {
  const methodsByPattern = new Map<string, Set<string>>();
  for (const { method, path } of routes) {
    const methods = methodsByPattern.get(path) ?? new Set();
    methods.add(method);
    if (method === "GET") methods.add("HEAD");
    methodsByPattern.set(path, methods);
  }
  const patterns = [...methodsByPattern]
    .map(([path, methods]) => ({ segments: path.split("/"), methods: [...methods].toSorted() }))
    .toSorted((one, other) => openness(one.segments) - openness(other.segments));

  return (path) => {
    const segments = withoutLastSlash(path).split("/");
    const match = patterns.find(
      (pattern) =>
        pattern.segments.length === segments.length &&
        pattern.segments.every((segment, index) => isMatch(segment, segments[index] ?? "")),
    );
    return match?.methods ?? [];
  };
}

function withoutLastSlash(path: string): string {
  return path.length > 1 && path.endsWith("/") ? path.slice(0, -1) : path;
}

/** How many segments a pattern leaves open. */
function openness(segments: readonly string[]): number {
  return segments.filter((segment) => segment.startsWith(":")).length;
}

function isMatch(pattern: string, segment: string): boolean {
  return pattern.startsWith(":") ? segment !== "" : pattern === segment;
}
