import type { HttpClient, OutboundRequest } from "../../../platform/http-client/port.ts";
import {
  type JsonResponse,
  NoJsonError,
  requestJson,
} from "../../../platform/http-client/request-json.ts";
import { ProviderError } from "../provider.ts";

/** A URL of a provider that is called from this service. */
export interface Endpoint {
  readonly url: string;
  readonly mayBePrivate: boolean;
}

/** An endpoint with a public address. */
export function publicEndpoint(url: string): Endpoint {
  return { url, mayBePrivate: false };
}

/**
 * Sends a request to a provider. Without JSON in the response, throws `ProviderError` `unavailable`, whose reason begins with
 * `name`: `token_timeout`.
 */
export async function callProvider(
  client: HttpClient,
  name: string,
  request: OutboundRequest,
): Promise<JsonResponse> {
  try {
    return await requestJson(client, request);
  } catch (error) {
    if (!(error instanceof NoJsonError)) throw error;
    throw new ProviderError("unavailable", `${name}_${error.fault}`, error);
  }
}

/** Whether the endpoint responds, whatever it says to a request without a code. Throws `ProviderError` `unavailable`. */
export async function assertResponds(client: HttpClient, endpoint: Endpoint): Promise<void> {
  try {
    const { status } = await client.send({ ...endpoint, method: "GET", discardsBody: true });
    if (status < 500) return;
  } catch (error) {
    throw new ProviderError("unavailable", "token_unreachable", error);
  }
  throw new ProviderError("unavailable", "token_server_error");
}

/** The JSON object that the provider has for an access token (RFC 6750 §2.1). Throws `ProviderError` `unavailable`. */
export async function readResource(
  client: HttpClient,
  { url, mayBePrivate }: Endpoint,
  accessToken: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  const authorization = `Bearer ${accessToken}`;
  const { status, json } = await callProvider(client, "profile", {
    url,
    mayBePrivate,
    method: "GET",
    headers: { ...headers, authorization },
  });
  if (status !== 200) throw new ProviderError("unavailable", "profile_refused");
  return json;
}
