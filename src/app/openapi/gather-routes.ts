import { swagger } from "@elysiajs/swagger";
import { Kind, OptionalKind } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { isJsonObject, jsonCopy, objectAt, parseJsonObject, type JsonObject } from "./json.ts";

/** One operation as the plugin describes it: its schemas still TypeBox's, each whole under `x-schema`. */
export interface GatheredOperation {
  readonly path: string;
  readonly method: string;
  readonly raw: JsonObject;
}

const documentedMethods = ["get", "post", "put", "patch", "delete"];
const gatheredPath = "/gathered-routes";

/**
 * Every route of an app that is not hidden, through `@elysiajs/swagger`. The plugin gets copies of the routes in an
 * app of its own: `.use(routes)` would take the server and the models of the served app away from it.
 */
export async function gatherRoutes(served: readonly ServedRoute[]): Promise<GatheredOperation[]> {
  const gatherer = new Elysia().use(swagger({ path: gatheredPath, excludeStaticFile: false }));
  for (const { method, path, hooks } of served) {
    if (documentedMethods.includes(method.toLowerCase())) {
      gatherer.route(method, path, () => "", copyOfHooks(hooks));
    }
  }
  const answer = await gatherer.handle(new Request(`http://localhost${gatheredPath}/json`));
  const paths = objectAt(parseJsonObject(await answer.text()), "paths");
  return Object.keys(paths).flatMap((path) =>
    documentedMethods.flatMap((method) => {
      const raw = objectAt(paths, path)[method];
      return isJsonObject(raw) ? [{ path, method, raw }] : [];
    }),
  );
}

/** A route of the framework, or a hot route in the same form. */
export interface ServedRoute {
  readonly method: string;
  readonly path: string;
  readonly hooks: RouteHooks;
}

interface RouteHooks {
  readonly body?: unknown;
  readonly params?: unknown;
  readonly query?: unknown;
  readonly headers?: unknown;
  readonly response?: unknown;
  /** Where Elysia puts the schemas that a macro declares. */
  readonly standaloneValidator?: readonly { readonly response?: unknown }[] | undefined;
  readonly parse?: unknown;
  readonly detail?: unknown;
}

/** Only what is described, without the handlers. `detail.responses` would replace all responses: it goes aside. */
function copyOfHooks(hooks: RouteHooks): JsonObject {
  const { responses, ...detail } = jsonCopy({ ...objectOf(hooks.detail) });
  return jsonCopy({
    body: hooks.body === undefined ? undefined : wrapped(hooks.body),
    params: hooks.params,
    query: hooks.query,
    headers: hooks.headers,
    response: wrappedResponses([
      ...(hooks.standaloneValidator ?? []).map(({ response }) => response),
      hooks.response,
    ]),
    parse: hooks.parse,
    detail: { ...detail, "x-responses": responses },
  });
}

/** By status; where two lists have the same, the later one counts. Nothing where no list has any. */
function wrappedResponses(lists: readonly unknown[]): Record<string, object> | undefined {
  const responses: Record<string, object> = {};
  for (const list of lists.map(objectOf)) {
    const byStatus = Kind in list ? { "200": list } : list;
    for (const [status, schema] of Object.entries(byStatus)) responses[status] = wrapped(schema);
  }
  return Object.keys(responses).length > 0 ? responses : undefined;
}

/** The plugin spills a schema's keywords over the response and drops others; under a key it does not know, none. */
function wrapped(schema: unknown): object {
  if (typeof schema === "string")
    throw new Error(`Give the schema itself instead of the model name "${schema}".`);
  return { "x-schema": schema, "x-optional": OptionalKind in objectOf(schema) };
}

function objectOf(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
