import type { Static } from "@sinclair/typebox";

import { invalidClient, OAuthError } from "../../kernel/oauth-error.ts";
import type { Settings } from "../../platform/config/settings.ts";
import type { Context } from "../../platform/platform.ts";
import {
  authenticateClientIfSent,
  type ClientParameters,
  type ClientRecord,
  deviceGrantType,
  hasUsers,
  standardScopes,
} from "../clients/index.ts";
import { logIn, parseIdentifier } from "../passwords/index.ts";
import { refresh } from "../sessions/index.ts";
import {
  grantByClientRefreshToken,
  grantByCode,
  grantByDeviceCode,
  grantToClient,
} from "./client-grants.ts";
import type { tokenGrantSchema } from "./model.ts";
import { requiredWithinBounds } from "./parameters.ts";

/** The known parameters of a token request, as received. */
export interface TokenRequest extends ClientParameters {
  readonly grant_type?: string;
  readonly username?: string;
  readonly password?: string;
  readonly refresh_token?: string;
  readonly code?: string;
  readonly redirect_uri?: string;
  readonly code_verifier?: string;
  readonly device_code?: string;
  readonly scope?: string;
  readonly resource?: string;
}

/** The response to a token request (RFC 6749 §5.1). */
export type TokenGrant = Static<typeof tokenGrantSchema>;

/** The tokens of a request. */
export interface GrantedTokens {
  readonly tokens: TokenGrant;
  /** Whether they are of a client. Otherwise they are of Gatehouse itself, whose refresh token may travel in a cookie. */
  readonly areOfClient: boolean;
}

/** A grant of a request, and of its client if that authenticated. */
type Grant = (
  ctx: Context,
  request: TokenRequest,
  client: ClientRecord | null,
) => Promise<GrantedTokens>;

/** A grant that a client must be registered for (RFC 6749 §5.2). */
type ClientGrant = (
  ctx: Context,
  request: TokenRequest,
  client: ClientRecord,
) => Promise<TokenGrant>;

/** Grants tokens as RFC 6749 §4.1, §4.3, §4.4 and §6 say. Throws `OAuthError` and what the grants throw. */
export async function grantTokens(
  ctx: Context,
  authorization: string | null,
  request: TokenRequest,
): Promise<GrantedTokens> {
  const grantType = requiredWithinBounds(request, "grant_type");
  const grant = enabledGrants(ctx.settings).get(grantType);
  if (!grant) throw new OAuthError("unsupported_grant_type", "This grant type is not supported.");
  const path = "/oauth/token";
  const client = await authenticateClientIfSent(ctx, { authorization, parameters: request, path });
  const granted = await grant(ctx, request, client);
  return granted.areOfClient ? granted : withScope(granted, request);
}

/** What a token of Gatehouse itself opens beside the user's account. There is no ID token with it. */
const ownScope = standardScopes.filter((scope) => scope !== "openid").join(" ");

/** RFC 6749 §3.3, §5.1: a scope other than the requested one is named. */
function withScope(granted: GrantedTokens, { scope }: TokenRequest): GrantedTokens {
  if (scope === undefined || scope === "") return granted;
  return { ...granted, tokens: { ...granted.tokens, scope: ownScope } };
}

/** The grants of this installation, by their `grant_type`. */
export function enabledGrants(settings: Settings): ReadonlyMap<string, Grant> {
  const grants = new Map<string, Grant>([
    ["authorization_code", registered("authorization_code", grantByCode)],
    ["refresh_token", grantByRefreshToken],
    ["client_credentials", registered("client_credentials", grantToClient)],
  ]);
  grants.set(deviceGrantType, registered(deviceGrantType, grantByDeviceCode));
  if (settings.passwordGrantEnabled) grants.set("password", grantByPassword);
  return grants;
}

/** The grant for clients that are registered for it. Throws `invalid_client`, `unauthorized_client`. */
function registered(grantType: string, grant: ClientGrant): Grant {
  return async (ctx, request, client) => {
    if (!client) throw invalidClient();
    if (!client.grantTypes.includes(grantType)) throw unauthorizedClient();
    return { tokens: await grant(ctx, request, client), areOfClient: true };
  };
}

/** An application that users sign in to must not see their passwords (RFC 9700 §2.4). */
async function grantByPassword(
  ctx: Context,
  request: TokenRequest,
  client: ClientRecord | null,
): Promise<GrantedTokens> {
  if (client !== null && hasUsers(client)) throw unauthorizedClient();
  const identifier = parseIdentifier(requiredWithinBounds(request, "username"));
  const password = requiredWithinBounds(request, "password");
  return { tokens: await logIn(ctx, { identifier, password }), areOfClient: false };
}

/** A refresh token belongs to its client, or to Gatehouse itself (RFC 6749 §6, §10.4). */
async function grantByRefreshToken(
  ctx: Context,
  request: TokenRequest,
  client: ClientRecord | null,
): Promise<GrantedTokens> {
  if (client?.grantTypes.includes("refresh_token") === true) {
    return { tokens: await grantByClientRefreshToken(ctx, request, client), areOfClient: true };
  }
  const token = requiredWithinBounds(request, "refresh_token");
  return { tokens: await refresh(ctx, token), areOfClient: false };
}

function unauthorizedClient(): OAuthError {
  return new OAuthError("unauthorized_client", "The client is not registered for this grant.");
}
