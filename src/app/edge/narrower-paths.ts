import { Elysia, NotFoundError } from "elysia";

interface Route {
  readonly method: string;
  readonly path: string;
}

/**
 * Routes that find nothing: where one path is a case of another (`/users/me/sessions` of `/users/:id/sessions`), the router
 * would hand the other what the first does not take, `me` as an id. Given all routes; put beside them.
 */
export function closeNarrowerPaths(routes: readonly Route[]) {
  const closed = new Elysia();
  const taken = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  for (const path of new Set(routes.map((route) => route.path))) {
    for (const { method, path: wider } of routes) {
      if (!isNarrower(path, wider) || taken.has(`${method} ${path}`)) continue;
      taken.add(`${method} ${path}`);
      closed.route(method, path, () => {
        throw new NotFoundError();
      });
    }
  }
  return closed;
}

/** Whether a path says literally what another one leaves open, and is a case of it in all the rest. */
function isNarrower(path: string, wider: string): boolean {
  const own = path.split("/");
  const open = wider.split("/");
  const isOpen = (segment: string | undefined) => segment?.startsWith(":") === true;
  return (
    own.length === open.length &&
    open.every((segment, index) => isOpen(segment) || segment === own[index]) &&
    open.some((segment, index) => isOpen(segment) && !isOpen(own[index]))
  );
}
