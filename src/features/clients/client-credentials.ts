import { invalidClient, OAuthError } from "../../kernel/oauth-error.ts";

/** The parameters of a body with which a client may authenticate (RFC 6749 §2.3.1, RFC 7521 §4.2). */
export interface ClientParameters {
  readonly client_id?: string;
  readonly client_secret?: string;
  readonly client_assertion?: string;
  readonly client_assertion_type?: string;
}

/** What a request has of a client's authentication. */
export type SentCredentials =
  | { readonly kind: "secret"; readonly clientId: string; readonly secret: string }
  | { readonly kind: "assertion"; readonly clientId: string | null; readonly assertion: string }
  | { readonly kind: "id"; readonly clientId: string };

const assertionType = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/**
 * What a request has of its client's authentication, or null. Throws `invalid_request` for two ways at once (RFC 6749 §2.3),
 * `invalid_client` for a header or an assertion that cannot be read.
 */
export function readClientCredentials(
  authorization: string | null,
  parameters: ClientParameters,
): SentCredentials | null {
  const { client_id: bodyId, client_secret: bodySecret, client_assertion: assertion } = parameters;
  const basic = readBasic(authorization);
  const ways = [basic !== null, bodySecret !== undefined, assertion !== undefined];
  const isAnotherId = basic !== null && bodyId !== undefined && bodyId !== basic.clientId;
  if (ways.filter(Boolean).length > 1 || isAnotherId) {
    throw new OAuthError("invalid_request", "The client authenticates in more than one way.");
  }
  if (basic) return basic;
  if (assertion !== undefined) {
    if (parameters.client_assertion_type !== assertionType) throw invalidClient();
    return { kind: "assertion", clientId: bodyId ?? null, assertion };
  }
  if (bodySecret !== undefined)
    return { kind: "secret", clientId: bodyId ?? "", secret: bodySecret };
  return bodyId === undefined ? null : { kind: "id", clientId: bodyId };
}

const decoder = new TextDecoder("utf-8", { fatal: true });

/** RFC 7617 §2, with the id and the secret encoded like the values of a form (RFC 6749 Appendix B). */
function readBasic(authorization: string | null): SentCredentials | null {
  if (authorization === null || !/^basic(?: |$)/i.test(authorization)) return null;
  const encoded = authorization.slice("basic".length).trim();
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) throw invalidClient();
  try {
    const [id = "", ...rest] = decoder.decode(Buffer.from(encoded, "base64")).split(":");
    const secret = decodeFormValue(rest.join(":"));
    const clientId = decodeFormValue(id);
    // Some programs send the id of a public client with an empty password.
    return secret === "" ? { kind: "id", clientId } : { kind: "secret", clientId, secret };
  } catch {
    // Not UTF-8, or a percent sign that does not encode a character.
    throw invalidClient();
  }
}

function decodeFormValue(text: string): string {
  return decodeURIComponent(text.replaceAll("+", " "));
}
