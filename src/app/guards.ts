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
    const names = open.map(({ method, path }) => `${method} ${path}`).join(", ");
    throw new Error(`routes that do not say who may call them: ${names}`);
  }
}

/** Each access macro of the route kit gives the route its context by a `resolve` hook. */
function hasGuard(hooks: object): boolean {
  const beforeHandle: unknown = Reflect.get(hooks, "beforeHandle");
  return (
    Array.isArray(beforeHandle) &&
    beforeHandle.some(
      (hook: unknown) => typeof hook === "object" && hook !== null && Reflect.get(hook, "subType") === "resolve",
    )
  );
}
