import { Elysia } from "elysia";

import type { DocumentedRoute } from "../../platform/http/documented-route.ts";
import {
  isJsonObject,
  jsonCopy,
  objectAt,
  objectsAt,
  parseJsonObject,
  type JsonObject,
} from "./json.ts";

/** A route with its place in the document. */
export interface GatheredRoute {
  readonly route: DocumentedRoute;
  /** With `{name}` segments. */
  readonly path: string;
  readonly method: string;
  /** One member for each path and query parameter, whose schema is still TypeBox's. */
  readonly parameters: readonly JsonObject[];
}

const gatheredPath = "/gathered-routes";

/**
 * Places the routes in an OpenAPI document by `@elysiajs/swagger`: path templates and parameters. Its schemas of bodies and
 * responses are not valid OpenAPI, so it is not given any.
 */
export async function gatherRoutes(routes: readonly DocumentedRoute[]): Promise<GatheredRoute[]> {
  // Loaded at the first document: the plugin's own schemas take a tenth of the time that all modules take at a start.
  const { swagger } = await import("@elysiajs/swagger");
  const gatherer = new Elysia().use(swagger({ path: gatheredPath, excludeStaticFile: false }));
  for (const [index, { method, path, params, query }] of routes.entries()) {
    const hooks = { params, query, detail: { "x-route": index } };
    gatherer.route(method, path, () => "", jsonCopy(hooks));
  }
  const response = await gatherer.handle(new Request(`http://localhost${gatheredPath}/json`));
  const paths = objectAt(parseJsonObject(await response.text()), "paths");
  return Object.keys(paths).flatMap((path) =>
    Object.entries(objectAt(paths, path)).flatMap(([method, operation]) => {
      const route = isJsonObject(operation) ? routes[Number(operation["x-route"])] : undefined;
      if (!route || !isJsonObject(operation)) return [];
      // The plugin describes no schema's parameters beside parameters that are given.
      const given = (route.detail.parameters ?? []).map(jsonCopy);
      const parameters = [...objectsAt(operation, "parameters"), ...given];
      return [{ route, path, method, parameters }];
    }),
  );
}
