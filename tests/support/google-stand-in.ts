import { randomBytes } from "node:crypto";

import { systemClock } from "../../src/kernel/clock.ts";
import {
  clientOf,
  createAuthorizationCodes,
  type GrantedRequest,
  isVerifierOf,
  redirectTo,
} from "./authorization-codes.ts";
import { createIdTokenKey, type IdTokenKey } from "./id-token-key.ts";

/** A user of the stand-in, in the words of Google's ID token. */
export interface GoogleAccount {
  readonly sub: string;
  readonly email: string;
  readonly email_verified: unknown;
  readonly name: string;
  readonly picture: string;
  /** The Workspace domain; personal accounts have none. */
  readonly hd?: string;
}

/** A server with the paths, statuses and error bodies of Google's OpenID Connect endpoints. */
export interface GoogleStandIn extends AsyncDisposable {
  /** Which real origins it serves, and where. */
  readonly origins: Readonly<Record<string, string>>;
  readonly settings: Readonly<Record<string, string>>;
  /** Who is signed in at Google, and consents; null: the user cancels. */
  account: GoogleAccount | null;
  /** An ID token as Google gives it to a native application or One Tap. */
  issueIdToken(account: GoogleAccount, claims: Readonly<Record<string, unknown>>): Promise<string>;
  /** Google publishes a new key, and signs with it from now on. */
  rotateKeys(): Promise<void>;
}

const issuer = "https://accounts.google.com";
const clientId = "407408718192-abcdefghijklmnop.apps.googleusercontent.com";
const clientSecret = "GOCSPX-0123456789abcdefghijklmn";
const lifeSeconds = 3599;

/** Starts the stand-in. It grants codes only for this callback. */
export async function startGoogleStandIn(callback: string): Promise<GoogleStandIn> {
  const codes = createAuthorizationCodes<GoogleAccount>("4/0A");
  let keys: readonly IdTokenKey[] = [await createIdTokenKey()];
  let account: GoogleAccount | null = null;

  function authorize(request: URLSearchParams): Response {
    if (request.get("client_id") !== clientId)
      return errorPage("Error 401: invalid_client", "The OAuth client was not found.");
    if (request.get("redirect_uri") !== callback)
      return errorPage(
        "Error 400: redirect_uri_mismatch",
        "Access blocked: This app’s request is invalid",
      );
    const state = request.get("state") ?? "";
    if (account === null)
      return redirectTo(callback, { error: "access_denied", state, iss: issuer });
    return redirectTo(callback, {
      state,
      iss: issuer,
      code: codes.issue(account, request),
      scope:
        "email profile https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile openid",
      authuser: "0",
      prompt: "consent",
    });
  }

  async function redeem(request: Request): Promise<Response> {
    const form = new URLSearchParams(await request.text());
    const [id, secret] = clientOf(request, form);
    if (id !== clientId)
      return tokenError(401, "invalid_client", "The OAuth client was not found.");
    if (secret !== clientSecret) return tokenError(401, "invalid_client", "Unauthorized");
    const granted = codes.take(form.get("code"));
    if (granted === null) return tokenError(400, "invalid_grant", "Malformed auth code.");
    if (form.get("redirect_uri") !== granted.redirectUri)
      return tokenError(400, "redirect_uri_mismatch", "Bad Request");
    const verifier = form.get("code_verifier");
    if (verifier === null) return tokenError(400, "invalid_grant", "Missing code verifier.");
    if (!isVerifierOf(granted.challenge, verifier))
      return tokenError(400, "invalid_grant", "Invalid code verifier.");
    return Response.json({
      access_token: `ya29.${randomBytes(60).toString("base64url")}`,
      expires_in: lifeSeconds,
      scope:
        "openid https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile",
      token_type: "Bearer",
      id_token: await signFor(granted),
    });
  }

  function signFor({ account: user, nonce }: GrantedRequest<GoogleAccount>): Promise<string> {
    return issueIdToken(user, nonce === null ? {} : { nonce });
  }

  async function issueIdToken(
    user: GoogleAccount,
    claims: Readonly<Record<string, unknown>>,
  ): Promise<string> {
    const [key] = keys;
    if (key === undefined) throw new Error("the stand-in has no key");
    const issuedAt = Math.floor(systemClock.now().getTime() / 1000);
    const times = { iat: issuedAt, exp: issuedAt + lifeSeconds };
    return key.sign({ iss: issuer, azp: clientId, aud: clientId, ...user, ...times, ...claims });
  }

  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      const { pathname, searchParams } = new URL(request.url);
      switch (`${request.method} ${pathname}`) {
        case "GET /o/oauth2/v2/auth":
          return authorize(searchParams);
        case "POST /token":
          return redeem(request);
        case "GET /oauth2/v3/certs":
          return Response.json(
            { keys: keys.map(({ published }) => published) },
            { headers: { "cache-control": "public, max-age=22466, must-revalidate" } },
          );
        default:
          return errorPage("Error 404 (Not Found)!!1", "That’s an error.", 404);
      }
    },
  });
  const url = server.url.origin;

  return {
    origins: {
      [issuer]: url,
      "https://oauth2.googleapis.com": url,
      "https://www.googleapis.com": url,
    },
    settings: { GOOGLE_CLIENT_ID: clientId, GOOGLE_CLIENT_SECRET: clientSecret },
    get account() {
      return account;
    },
    set account(next) {
      account = next;
    },
    issueIdToken,
    async rotateKeys() {
      keys = [await createIdTokenKey(), ...keys];
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  };
}

/** Google's token endpoint describes an error in these two fields. */
function tokenError(status: number, error: string, description: string): Response {
  return Response.json({ error, error_description: description }, { status });
}

function errorPage(title: string, text: string, status = 400): Response {
  const html = `<!doctype html><html lang="en"><title>${title}</title><p>${text}</p></html>`;
  return new Response(html, { status, headers: { "content-type": "text/html; charset=utf-8" } });
}
