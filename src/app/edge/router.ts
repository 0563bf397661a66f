import { type AnyElysia, Elysia } from "elysia";

import type { Exchanges } from "../../platform/http/exchange.ts";
import type { MapError } from "./map-error.ts";
import type { Responder } from "./respond.ts";

/** The parts of the edge that the framework's router uses. */
export interface RouterOptions {
  readonly exchanges: Pick<Exchanges, "of">;
  readonly responder: Pick<Responder, "write">;
  readonly mapError: MapError;
}

/** The framework's router for all routes that are not hot: its errors and its results pass through the edge's own writers. */
export function createRouter(
  instances: readonly AnyElysia[],
  { exchanges, responder, mapError }: RouterOptions,
): (request: Request) => Response | Promise<Response> {
  const app = new Elysia({
    normalize: false,
    // Otherwise Elysia searches for the path after the eleventh character of the URL, and `http://sso/…` begins it earlier.
    handler: { standardHostname: false },
  })
    // The hooks come first: a hook does not apply to routes that were registered before it.
    .onError(({ error, request, set }) => {
      const { status, headers, body } = mapError(exchanges.of(request), error);
      set.status = status;
      Object.assign(set.headers, headers);
      return body;
    })
    .mapResponse(({ request, responseValue, set, route }) => {
      const exchange = exchanges.of(request);
      exchange.route = route ?? null;
      const status = typeof set.status === "number" ? set.status : 200;
      const response = responder.write(exchange, responseValue, status, set.headers);
      // Otherwise the framework would apply them to the response again.
      set.headers = {};
      set.status = 200;
      return response;
    })
    .use([...instances])
    .compile();
  return app.fetch;
}
