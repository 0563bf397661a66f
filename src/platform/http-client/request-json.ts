import {
  type HttpClient,
  OutboundError,
  type OutboundFault,
  type OutboundRequest,
} from "./port.ts";

/** Why a service gave no JSON: there is no response, or the response is no result of the request. */
export type JsonFault =
  | OutboundFault
  | "redirect"
  | "server_error"
  | "too_many_requests"
  | "not_json";

/** A request that got no JSON. The message holds nothing of the response. */
export class NoJsonError extends Error {
  readonly fault: JsonFault;

  constructor(fault: JsonFault, cause?: unknown) {
    super(`no JSON in response: ${fault}`, cause === undefined ? undefined : { cause });
    this.name = "NoJsonError";
    this.fault = fault;
  }
}

/** A response of status 2xx or 4xx with JSON, which is not validated. */
export interface JsonResponse {
  readonly status: number;
  readonly json: unknown;
}

/** Sends a request and parses the JSON of the response. Throws `NoJsonError`. */
export async function requestJson(
  client: HttpClient,
  { headers, ...request }: OutboundRequest,
): Promise<JsonResponse> {
  const { status, body } = await client
    .send({ ...request, headers: { accept: "application/json", ...headers } })
    .catch((error: unknown) => {
      throw error instanceof OutboundError ? new NoJsonError(error.fault, error) : error;
    });
  const fault = faultOfStatus(status);
  if (fault !== null) throw new NoJsonError(fault);
  return { status, json: parse(body) };
}

function faultOfStatus(status: number): JsonFault | null {
  if (status >= 500) return "server_error";
  if (status === 429) return "too_many_requests";
  return status >= 300 && status < 400 ? "redirect" : null;
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The cause is dropped: its message quotes the response.
    throw new NoJsonError("not_json");
  }
}
