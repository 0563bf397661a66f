import type { Context } from "../../platform/platform.ts";
import { isAllowedRedirect } from "../../platform/http/redirect-uris.ts";
import { findAuthorizingClient } from "../client-registration/index.ts";
import { type ClientRecord, isPublicClient } from "../clients/index.ts";
import type { PageOutcome, ResponseTarget } from "./outcome.ts";
import type { AuthorizationParameters } from "./parameters.ts";

/** The client of a request, and where it gets its response. */
export interface Destination extends ResponseTarget {
  readonly client: ClientRecord;
}

/**
 * The client and the redirect URI of a request. While either is not right, nothing is sent to the redirect URI: the user is told
 * (RFC 6749 §3.1.2.4, §4.1.2.1; RFC 9700 §4.11).
 */
export async function findDestination(
  ctx: Context,
  { values, repeated }: AuthorizationParameters,
): Promise<Destination | PageOutcome> {
  if (repeated.has("client_id") || repeated.has("redirect_uri")) return page("unusable_request");
  const { client_id: clientId, redirect_uri: redirectUri, response_mode: mode } = values;
  const client = clientId === undefined ? null : await findAuthorizingClient(ctx, clientId);
  if (client === null) return page("unknown_client");
  if (redirectUri === undefined || !isRegistered(client, redirectUri)) {
    return page("wrong_redirect_uri");
  }
  const { secretHash: _secretHash, ...record } = client;
  return { client: record, redirectUri, mode: mode === "form_post" ? "form_post" : "query" };
}

/**
 * Whether a redirect URI is one of the client's, character by character (RFC 9700 §4.1.3). A public client on this machine may use
 * any port (RFC 8252 §7.3).
 */
function isRegistered(client: ClientRecord, redirectUri: string): boolean {
  const { redirectUris } = client;
  if (isPublicClient(client)) return isAllowedRedirect({ redirectUris }, redirectUri);
  return redirectUris.includes(redirectUri);
}

function page(error: PageOutcome["error"]): PageOutcome {
  return { kind: "page", error };
}
