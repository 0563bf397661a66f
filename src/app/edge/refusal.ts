import type { ResponseHeaders } from "../../platform/http/response-headers.ts";
import type { Answered } from "./respond.ts";
import type { FailedRequest } from "./map-error.ts";

/** What turns an error into an answer. */
export interface RefusalOptions {
  readonly mapError: (failed: FailedRequest) => object;
  readonly write: (answered: Answered) => Response;
}

/** Makes what answers a request that never comes to the router, like any other that fails. */
export function createRefusal({ mapError, write }: RefusalOptions) {
  return (request: Request, error: unknown): Response => {
    const set: { status?: number | string; headers: ResponseHeaders } = { headers: {} };
    return write({ request, responseValue: mapError({ error, request, set }), set });
  };
}
