import type { Context } from "../../platform/platform.ts";
import { type ClientCredentials, type ClientRecord, verifyClient } from "../clients/index.ts";
import { invalidClient, OAuthError } from "./errors.ts";

/** The parameters of a body with which a client may authenticate (RFC 6749 §2.3.1). */
export interface ClientParameters {
  readonly client_id?: string;
  readonly client_secret?: string;
}

/** The client that authenticates with a request (RFC 6749 §2.3). Throws `invalid_client`, `invalid_request`. */
export async function authenticateClient(
  ctx: Context,
  authorization: string | null,
  parameters: ClientParameters,
): Promise<ClientRecord> {
  const client = await authenticateClientIfGiven(ctx, authorization, parameters);
  if (!client) throw invalidClient();
  return client;
}

/** The same if authentication is optional: null if the request has no secret. A wrong secret is refused. */
export async function authenticateClientIfGiven(
  ctx: Context,
  authorization: string | null,
  parameters: ClientParameters,
): Promise<ClientRecord | null> {
  const credentials = readClientCredentials(authorization, parameters);
  if (!credentials) return null;
  const client = await verifyClient(ctx, credentials);
  if (!client) throw invalidClient();
  return client;
}

/**
 * The id and secret of a request: of its `Authorization: Basic` header or of its body. Null if there is no secret: an id
 * alone proves nothing. Throws `invalid_request` for both ways at once (RFC 6749 §2.3), `invalid_client`
 * for a header that cannot be read.
 */
function readClientCredentials(
  authorization: string | null,
  { client_id: bodyId, client_secret: bodySecret }: ClientParameters,
): ClientCredentials | null {
  const basic = readBasic(authorization);
  if (basic) {
    if (bodySecret !== undefined || (bodyId !== undefined && bodyId !== basic.clientId)) {
      throw new OAuthError("invalid_request", "The client authenticates in more than one way.");
    }
    return basic;
  }
  return bodySecret === undefined ? null : { clientId: bodyId ?? "", clientSecret: bodySecret };
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** RFC 7617 §2, with the id and the secret encoded like the values of a form (RFC 6749 Appendix B). */
function readBasic(authorization: string | null): ClientCredentials | null {
  if (authorization === null || !/^basic(?: |$)/i.test(authorization)) return null;
  const encoded = authorization.slice("basic".length).trim();
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw invalidClient();
  try {
    const [id = "", ...rest] = decoder.decode(Buffer.from(encoded, "base64")).split(":");
    const clientSecret = decodeFormValue(rest.join(":"));
    return clientSecret === "" ? null : { clientId: decodeFormValue(id), clientSecret };
  } catch {
    // Not UTF-8, or a percent sign that does not encode a character.
    throw invalidClient();
  }
}

function decodeFormValue(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
