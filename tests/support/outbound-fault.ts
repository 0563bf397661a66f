import {
  createHttpClient,
  type HttpClientOptions,
} from "../../src/platform/http-client/http-client.ts";
import {
  OutboundError,
  type OutboundFault,
  type OutboundRequest,
} from "../../src/platform/http-client/port.ts";
import { failureOf } from "./failure-of.ts";

/** Why a request gets no response. Throws when it gets one. */
export async function outboundFaultOf(
  url: string,
  options: HttpClientOptions = {},
  request: Partial<OutboundRequest> = {},
): Promise<OutboundFault> {
  const sent = createHttpClient(options).send({ url, method: "GET", ...request });
  const error = await failureOf(sent);
  if (error instanceof OutboundError) return error.fault;
  throw error;
}
