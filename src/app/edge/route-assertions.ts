interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: object;
}

/**
 * Default deny: throws for a route that does not say who may call it (`anyone: true`, `signedIn: true` …), so that a
 * forgotten guard stops the start instead of opening a door.
 */
export function assertEveryRouteSaysWhoMayCall(routes: readonly Route[]): void {
  const open = routes.filter(({ hooks }) => !hasGuard(hooks));
  if (open.length > 0) {
    throw new Error(`routes that do not say who may call them: ${namesOf(open)}`);
  }
}

/**
 * Throws for a route that takes a body but does not say which kind (`accepts`): the framework's own parsers would read it,
 * of any length, of any media type, and of any origin.
 */
export function assertEveryBodyIsReadByUs(routes: readonly Route[]): void {
  const unread = routes.filter(({ hooks }) => hasBodySchema(hooks) && !hasReader(hooks));
  if (unread.length > 0) {
    throw new Error(`routes that do not say what kind of body they take: ${namesOf(unread)}`);
  }
}

/** Each access macro of the route kit gives the route its context by a `resolve` hook. */
function hasGuard(hooks: object): boolean {
  const beforeHandle: unknown = Reflect.get(hooks, "beforeHandle");
  return (
    Array.isArray(beforeHandle) &&
    beforeHandle.some(
      (hook: unknown) =>
        typeof hook === "object" && hook !== null && Reflect.get(hook, "subType") === "resolve",
    )
  );
}

function hasBodySchema(hooks: object): boolean {
  return Reflect.get(hooks, "body") !== undefined;
}

/** The `accepts` macro gives the route a parser that is a function; the framework's own are names. */
function hasReader(hooks: object): boolean {
  const parse: unknown = Reflect.get(hooks, "parse");
  return (
    Array.isArray(parse) &&
    parse.length === 1 &&
    typeof Reflect.get(Object(parse[0]), "fn") === "function"
  );
}

function namesOf(routes: readonly Route[]): string {
  return routes.map(({ method, path }) => `${method} ${path}`).join(", ");
}
