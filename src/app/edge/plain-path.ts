import { AppError } from "../../kernel/errors.ts";
import { requestPath } from "../../platform/http/exchange.ts";

/** The segments of a path as they were received, percent-decoded, by the names of `segmentPatterns`. */
export type ReceivedSegments = Readonly<Record<string, string>>;

/** Finds paths that a proxy and this service would read differently: dot segments, backslashes, and encoded ones. */
export interface PlainPaths {
  /** Patterns for the server's router that match every path of a route's length, with and without a slash at its end. */
  readonly segmentPatterns: readonly string[];
  /**
   * Throws `VALIDATION_ERROR` for a path that is not plain. `received` has the segments that a pattern matched, and is null for
   * a path that matches none: its URL has the form of a route's path only if segments of it were resolved.
   */
  assertPlain(request: Request, received: ReceivedSegments | null): void;
}

const encodedDotOrSlash = /%(?:2e|2f|5c)/i;

/**
 * The server resolves dot segments and backslashes before `request.url` can be read (WHATWG URL, path state), so a proxy's rule
 * for `/docs` misses `/.\docs`. Its router matches the path as it was received: there they are still visible.
 */
export function createPlainPaths(maximumSegments: number): PlainPaths {
  const patterns = ["/"];
  let pattern = "";
  for (let place = 0; place < maximumSegments; place += 1) {
    pattern += `/:s${place}`;
    patterns.push(pattern, `${pattern}/`);
  }

  function matchesPattern(path: string): boolean {
    const segments = path.slice(1).split("/");
    if (segments.length > 1 && segments.at(-1) === "") segments.pop();
    return path === "/" || (segments.length <= maximumSegments && !segments.includes(""));
  }

  return {
    segmentPatterns: patterns,
    assertPlain(request, received) {
      const path = requestPath(request);
      const isResolved = received ? hasDotSegment(received) : matchesPattern(path);
      if (isResolved || encodedDotOrSlash.test(path)) throw notPlain();
    },
  };
}

function hasDotSegment(received: ReceivedSegments): boolean {
  for (const name in received) {
    const segment = received[name] ?? "";
    if (segment === "." || segment === ".." || segment.includes("\\")) return true;
  }
  return false;
}

function notPlain(): AppError {
  return new AppError("VALIDATION_ERROR", "The path is not valid.", {
    faults: [
      {
        field: "path",
        issue: "Must hold no dot segment, no backslash and no encoded dot, slash or backslash.",
      },
    ],
  });
}
