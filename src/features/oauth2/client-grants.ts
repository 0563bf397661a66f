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
  type TokenGrantFacts,
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

/**
 * New tokens for a refresh token of the client (RFC 6749 §6). `scope` may name fewer scopes than were granted. Throws `invalid_scope`
 * and `invalid_target` for what was not granted: the token can be sent again without it.
 */
export async function grantByClientRefreshToken(
  ctx: Context,
  request: TokenRequest,
  client: ClientRecord,
): Promise<TokenGrant> {
  const token = requiredWithinBounds(request, "refresh_token");
  const { resource = null } = request;
  const scopes = request.scope === undefined ? null : [...new Set(request.scope.split(" "))];
  const assertGranted = (grant: TokenGrantFacts): void => {
    assertGrantedResource(resource, grant.resource);
    assertGrantedScopes(scopes ?? [], grant.scopes);
  };
  const isAsking = resource !== null || scopes !== null;
  const asked = isAsking ? assertGranted : undefined;
  const renewed = await renewSession(ctx, token, client.clientId, asked);
  return clientTokens(ctx, client, { ...renewed, nonce: null }, scopes);
}

/** Throws `invalid_scope` for a scope that was not granted. The session keeps all of them. */
function assertGrantedScopes(wanted: readonly string[], granted: readonly string[]): void {
  if (wanted.every((each) => granted.includes(each))) return;
  throw new OAuthError("invalid_scope", "A refresh cannot have more scopes than were granted.");
}

/**
 * Signs the tokens of a client's session: the response to every grant by which a user signs in to a client. The refresh token has
 * all that was granted, also where the others have fewer scopes (RFC 6749 §6).
 */
async function clientTokens(
  ctx: Context,
  client: ClientRecord,
  { user, session, nonce }: RenewedSession & { readonly nonce: string | null },
  fewerScopes: readonly string[] | null = null,
): Promise<TokenGrant> {
  const { grant } = session;
  const granted = grant?.scopes ?? [];
  const scopes = fewerScopes ?? granted;
  const subject = tokenSubjectOf(user, { ...session, grant: grant && { ...grant, scopes } });
  const access = await issueAccessToken(ctx, subject, session.expiresAt);
  const isRefreshable =
    client.grantTypes.includes("refresh_token") && granted.includes("offline_access");
  const refreshToken = isRefreshable
    ? {
        refresh_token: await issueRefreshToken(
          ctx,
          tokenSubjectOf(user, session),
          session.refreshToken,
        ),
      }
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
