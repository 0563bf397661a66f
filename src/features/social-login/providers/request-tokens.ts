import type { HttpClient } from "../../../platform/http-client/port.ts";
import { type CodeResponse, ProviderError, type ProviderTokens } from "../provider.ts";
import { callProvider, type Endpoint } from "./call-provider.ts";
import { type Members, membersOf } from "./received-values.ts";

/** How the client authenticates at the token endpoint (OpenID Connect Core §9). */
export type ClientAuthentication = "client_secret_basic" | "client_secret_post" | "none";

/** The client as the provider knows it. */
export interface Client {
  readonly id: string;
  /** Null for a public client. */
  readonly secret: string | null;
  readonly authentication: ClientAuthentication;
}

const longestToken = 16_384;
/** RFC 6749 §A.12 and §A.17. A token in a header has no spaces and no control characters. */
const tokenForm = /^[\x21-\x7e]+$/;

/** Redeems a code for the provider's tokens (RFC 6749 §4.1.3, RFC 7636 §4.5). Throws `ProviderError`. */
export async function requestTokens(
  httpClient: HttpClient,
  endpoint: Endpoint,
  client: Client,
  { code, codeVerifier, redirectUri }: CodeResponse,
): Promise<ProviderTokens> {
  const parameters = new URLSearchParams({
    grant_type: "authorization_code",
    code,
    redirect_uri: redirectUri,
    code_verifier: codeVerifier,
  });
  const headers: Record<string, string> = {
    "content-type": "application/x-www-form-urlencoded",
  };
  if (client.authentication === "client_secret_basic") {
    headers["authorization"] = basicCredentials(client.id, client.secret ?? "");
  } else {
    parameters.set("client_id", client.id);
    if (client.secret !== null) parameters.set("client_secret", client.secret);
  }

  const { status, json } = await callProvider(httpClient, "token", {
    ...endpoint,
    method: "POST",
    headers,
    body: parameters.toString(),
  });
  const members = membersOf(json, "token_response_invalid");
  // GitHub responds 200 also with an error.
  if (typeof members["error"] === "string") throw tokenError(members["error"]);
  if (status !== 200) throw new ProviderError("unavailable", "token_response_invalid");
  return readTokens(members);
}

/** RFC 6749 §2.3.1: both are form-encoded first, so that neither can hold a colon. */
function basicCredentials(id: string, secret: string): string {
  const [encodedId, encodedSecret] = [id, secret].map((text) =>
    new URLSearchParams({ text }).toString().slice("text=".length),
  );
  return `Basic ${Buffer.from(`${encodedId}:${encodedSecret}`).toString("base64")}`;
}

type Fault = readonly [ProviderError["fault"], string];

/** The documented errors of RFC 6749 §5.2 and of GitHub. Users can do nothing about those of the client's settings. */
const faults: ReadonlyMap<string, Fault> = new Map([
  ["invalid_grant", ["refused", "code_refused"]],
  ["bad_verification_code", ["refused", "code_refused"]],
  ["invalid_client", ["unavailable", "client_refused"]],
  ["unauthorized_client", ["unavailable", "client_refused"]],
  ["incorrect_client_credentials", ["unavailable", "client_refused"]],
  ["redirect_uri_mismatch", ["unavailable", "client_refused"]],
  ["temporarily_unavailable", ["unavailable", "token_server_error"]],
  ["server_error", ["unavailable", "token_server_error"]],
]);

function tokenError(error: string): ProviderError {
  const [fault, reason] = faults.get(error) ?? ["refused", "token_request_refused"];
  return new ProviderError(fault, reason);
}

function readTokens(members: Members): ProviderTokens {
  const accessToken = tokenOf(members["access_token"]);
  const type = members["token_type"];
  const isBearer =
    type === undefined || (typeof type === "string" && type.toLowerCase() === "bearer");
  if (accessToken === null || !isBearer) {
    throw new ProviderError("unavailable", "token_response_invalid");
  }
  const { scope, expires_in: expiresIn } = members;
  return {
    accessToken,
    refreshToken: tokenOf(members["refresh_token"]),
    idToken: tokenOf(members["id_token"]),
    expiresInSeconds:
      typeof expiresIn === "number" && Number.isSafeInteger(expiresIn) && expiresIn >= 0
        ? expiresIn
        : null,
    scope: typeof scope === "string" && /^[\x20-\x7e]{1,4096}$/.test(scope) ? scope : null,
  };
}

function tokenOf(value: unknown): string | null {
  if (typeof value !== "string" || value.length > longestToken) return null;
  return tokenForm.test(value) ? value : null;
}
