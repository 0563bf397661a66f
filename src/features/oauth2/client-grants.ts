import { OAuthError } from "../../kernel/oauth-error.ts";
import type { Context } from "../../platform/platform.ts";
import { writeAudit } from "../audit/index.ts";
import { assertGrantedResource, redeemCode } from "../authorization/index.ts";
import type { ClientRecord } from "../clients/index.ts";
import { redeemDeviceCode } from "../device-authorization/index.ts";
import { type RenewedSession, renewSession, tokenSubjectOf } from "../sessions/index.ts";
import {
  issueAccessToken,
  issueClientToken,
  issueIdToken,
  issueRefreshToken,
} from "../tokens/index.ts";
import type { TokenGrant, TokenRequest } from "./grant-tokens.ts";
import { requiredWithinBounds } from "./parameters.ts";

/** The tokens of an authorization code (RFC 6749 §4.1.3). Throws `invalid_grant`. */
export async function grantByCode(
  ctx: Context,
  request: TokenRequest,
  client: ClientRecord,
): Promise<TokenGrant> {
  const code = requiredWithinBounds(request, "code");
  const { redirect_uri: redirectUri = null, code_verifier: codeVerifier = null } = request;
  const { resource = null } = request;
  const sent = { code, redirectUri, codeVerifier, resource };
  const { nonce, ...opened } = await redeemCode(ctx, client, sent);
  return clientTokens(ctx, client, { ...opened, nonce });
}

/** The tokens of a device code (RFC 8628 §3.4). Throws its errors. */
export async function grantByDeviceCode(
  ctx: Context,
  request: TokenRequest,
  client: ClientRecord,
): Promise<TokenGrant> {
  const deviceCode = requiredWithinBounds(request, "device_code");
  return clientTokens(ctx, client, await redeemDeviceCode(ctx, client, deviceCode));
}

/** New tokens for a refresh token of the client (RFC 6749 §6). `scope` may name fewer scopes than were granted. */
export async function grantByClientRefreshToken(
  ctx: Context,
  request: TokenRequest,
  client: ClientRecord,
): Promise<TokenGrant> {
  const token = requiredWithinBounds(request, "refresh_token");
  const renewed = await renewSession(ctx, token, client.clientId);
  assertGrantedResource(request.resource ?? null, renewed.session.grant?.resource ?? null);
  return clientTokens(ctx, client, { ...narrowed(renewed, request.scope), nonce: null });
}

/** Throws `invalid_scope` for a scope that was not granted. The session keeps all of them. */
function narrowed(renewed: RenewedSession, scope: string | undefined): RenewedSession {
  const { session } = renewed;
  const { grant } = session;
  if (scope === undefined || grant === null) return renewed;
  const scopes = [...new Set(scope.split(" "))];
  if (!scopes.every((each) => grant.scopes.includes(each))) {
    throw new OAuthError("invalid_scope", "A refresh cannot have more scopes than were granted.");
  }
  return { ...renewed, session: { ...session, grant: { ...grant, scopes } } };
}

/** Signs the tokens of a client's session: the response to every grant by which a user signs in to a client. */
async function clientTokens(
  ctx: Context,
  client: ClientRecord,
  { user, session, nonce }: RenewedSession & { readonly nonce: string | null },
): Promise<TokenGrant> {
  const subject = tokenSubjectOf(user, session);
  const scopes = session.grant?.scopes ?? [];
  const access = await issueAccessToken(ctx, subject, session.expiresAt);
  const isRefreshable =
    client.grantTypes.includes("refresh_token") && scopes.includes("offline_access");
  const refreshToken = isRefreshable
    ? { refresh_token: await issueRefreshToken(ctx, subject, session.refreshToken) }
    : {};
  const idToken = scopes.includes("openid")
    ? {
        id_token: issueIdToken(ctx, client.idTokenSignedResponseAlg, {
          userId: user.id,
          sessionId: session.id,
          clientId: client.clientId,
          authenticatedAt: session.authenticatedAt,
          amr: session.amr,
          nonce,
          accessToken: access.token,
          roles: scopes.includes("roles") ? subject.roles : null,
        }),
      }
    : {};
  return {
    access_token: access.token,
    token_type: "bearer",
    expires_in: access.expiresInSeconds,
    ...refreshToken,
    ...idToken,
    ...(scopes.length > 0 ? { scope: scopes.join(" ") } : {}),
  };
}

/** An access token for the client itself, without a refresh token (RFC 6749 §4.4.3). */
export async function grantToClient(
  ctx: Context,
  request: TokenRequest,
  client: ClientRecord,
): Promise<TokenGrant> {
  const { clientId } = client;
  const scopes = grantedScopes(client, request.scope);
  const { token, expiresInSeconds } = await issueClientToken(ctx, { clientId, scopes });
  await writeAudit(ctx, {
    action: "client.token_granted",
    result: "success",
    userId: null,
    detail: { client_id: clientId },
  });
  const scope = scopes.length > 0 ? { scope: scopes.join(" ") } : {};
  return { access_token: token, token_type: "bearer", expires_in: expiresInSeconds, ...scope };
}

/** The scopes of a request that the client may have. Throws `invalid_scope` if there are none of them (RFC 6749 §3.3). */
function grantedScopes({ scopes }: ClientRecord, requested: string | undefined): string[] {
  if (requested === undefined) return [];
  const granted = [...new Set(requested.split(" "))].filter((scope) => scopes.includes(scope));
  if (granted.length > 0) return granted;
  throw new OAuthError("invalid_scope", "The client may have none of these scopes.");
}
