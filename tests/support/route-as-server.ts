import type { App } from "../../src/app/create-app.ts";
import type { Handler } from "../../src/app/edge/handle.ts";

/** Routes a request as `Bun.serve` routes it: by its whole path, by the pattern of its segments, or to `fetch`. */
export function routeAsServer({ routes, fetch }: Pick<App, "routes" | "fetch">): Handler {
  return (request, server) => {
    const path = new URL(request.url).pathname;
    const exact = routes[path];
    if (exact) return exact(request, server);
    const segments = path.split("/").slice(1);
    const pattern = segments.map((segment, place) => (segment === "" ? "" : `/:s${place}`));
    const route = routes[path.endsWith("/") ? `${pattern.join("")}/` : pattern.join("")];
    const params = Object.fromEntries(segments.map((segment, place) => [`s${place}`, segment]));
    return (route ?? fetch)(Object.assign(request, { params }), server);
  };
}
