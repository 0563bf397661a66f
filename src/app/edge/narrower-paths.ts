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
  // Every start compares them: each path is split once, and only with those that have a parameter.
  const segmentsOf = new Map(routes.map(({ path }) => [path, path.split("/")]));
  const withParameters = routes.filter(({ path }) => path.includes("/:"));
  for (const [path, segments] of segmentsOf) {
    for (const { method, path: wider } of withParameters) {
      if (!isNarrower(segments, segmentsOf.get(wider) ?? [])) continue;
      if (taken.has(`${method} ${path}`)) continue;
      taken.add(`${method} ${path}`);
      closed.route(method, path, () => {
        throw new NotFoundError();
      });
    }
  }
  return closed;
}

/** Whether a path has a literal in the place of a parameter of the wider path, and otherwise the same segments. */
function isNarrower(own: readonly string[], others: readonly string[]): boolean {
  const isParameter = (segment: string | undefined) => segment?.startsWith(":") === true;
  return (
    own.length === others.length &&
    others.every((segment, index) => isParameter(segment) || segment === own[index]) &&
    others.some((segment, index) => isParameter(segment) && !isParameter(own[index]))
  );
}
