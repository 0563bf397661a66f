import { findAccess, findBodyKind, isOperation } from "../../platform/http/route-marks.ts";

interface Route {
  readonly method: string;
  readonly path: string;
  readonly hooks: object;
}

/**
 * Default deny: throws for a route without a guard of the route kit (`anyone`, `signedIn` or `permission`; `page` or
 * `accountPage`), so that a missing one stops the start. Another hook, such as a plain `.resolve()`, is no guard.
 */
export function assertEveryRouteStatesItsAccess(routes: readonly Route[]): void {
  const unguarded = routes.filter(({ hooks }) => findAccess(hooks) === null);
  if (unguarded.length > 0)
    throw new Error(`routes that do not state their access: ${namesOf(unguarded)}`);
}

/**
 * Throws for a page under `/api/`: the API must not accept the cookie of a browser session, since nothing in it refuses what
 * another website makes the browser send.
 */
export function assertNoPageIsInTheApi(routes: readonly Route[]): void {
  const pages = routes.filter(({ path, hooks }) => {
    const access = findAccess(hooks);
    return access !== null && !isOperation(access) && path.startsWith("/api/");
  });
  if (pages.length > 0) throw new Error(`pages in the API: ${namesOf(pages)}`);
}

/**
 * Throws for a route that takes a body but does not state its kind (`accepts`): the framework's own parsers would read a body
 * of any length and of any media type, and so also a form that a page of another origin posts.
 */
export function assertEveryBodyHasAKind(routes: readonly Route[]): void {
  const unread = routes.filter(
    ({ hooks }) => Reflect.get(hooks, "body") !== undefined && findBodyKind(hooks) === null,
  );
  if (unread.length > 0) {
    throw new Error(`routes that do not state the kind of their body: ${namesOf(unread)}`);
  }
}

function namesOf(routes: readonly Route[]): string {
  return routes.map(({ method, path }) => `${method} ${path}`).join(", ");
}
