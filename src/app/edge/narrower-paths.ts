import { Elysia, NotFoundError } from "elysia";

interface Route {
  readonly method: string;
  readonly path: string;
}

/**
 * Routes that respond with 404. Where one path is a case of another (`/users/me/sessions` of `/users/:id/sessions`), the router
 * would pass a method that only the other has to the other's route, with `me` as an id. `routes` are all routes of the service.
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

/** Whether a path has a literal in the place of a parameter of the wider path, and otherwise the same segments. */
function isNarrower(path: string, wider: string): boolean {
  const own = path.split("/");
  const others = wider.split("/");
  const isParameter = (segment: string | undefined) => segment?.startsWith(":") === true;
  return (
    own.length === others.length &&
    others.every((segment, index) => isParameter(segment) || segment === own[index]) &&
    others.some((segment, index) => isParameter(segment) && !isParameter(own[index]))
  );
}
