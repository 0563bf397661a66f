import type { Static } from "@sinclair/typebox";

import type { Settings } from "../../platform/config/settings.ts";
import type { Context } from "../../platform/platform.ts";
import { writeAudit } from "../audit/index.ts";
import type { ClientRecord } from "../clients/index.ts";
import { logIn, parseIdentifier } from "../passwords/index.ts";
import { refresh } from "../sessions/index.ts";
import { issueClientToken } from "../tokens/index.ts";
import { authenticateClientIfGiven, type ClientParameters } from "./authenticate-client.ts";
import { invalidClient, OAuthError } from "./errors.ts";
import type { tokenGrantSchema } from "./model.ts";
import { requiredWithinBounds } from "./parameters.ts";

/** The known parameters of a token request, as received. */
export interface TokenRequest extends ClientParameters {
  readonly grant_type?: string;
  readonly username?: string;
  readonly password?: string;
  readonly refresh_token?: string;
}

/** The response to a token request (RFC 6749 §5.1). */
export type TokenGrant = Static<typeof tokenGrantSchema>;

type Grant = (
  ctx: Context,
  request: TokenRequest,
  client: ClientRecord | null,
) => Promise<TokenGrant>;

/** Grants tokens as RFC 6749 §4.3, §4.4 and §6 say. Throws `OAuthError` and what the grants throw. */
export async function grantTokens(
  ctx: Context,
  authorization: string | null,
  request: TokenRequest,
): Promise<TokenGrant> {
  const grantType = requiredWithinBounds(request, "grant_type");
  const grant = enabledGrants(ctx.settings).get(grantType);
  if (!grant) throw new OAuthError("unsupported_grant_type", "This grant type is not supported.");
  return grant(ctx, request, await authenticateClientIfGiven(ctx, authorization, request));
}

/** The grants of this installation, by their `grant_type`. */
export function enabledGrants(settings: Settings): ReadonlyMap<string, Grant> {
  const grants = new Map<string, Grant>([
    ["refresh_token", grantByRefreshToken],
    ["client_credentials", grantToClient],
  ]);
  if (settings.passwordGrantEnabled) grants.set("password", grantByPassword);
  return grants;
}

async function grantByPassword(ctx: Context, request: TokenRequest): Promise<TokenGrant> {
  const identifier = parseIdentifier(requiredWithinBounds(request, "username"));
  const password = requiredWithinBounds(request, "password");
  return logIn(ctx, { identifier, password });
}

function grantByRefreshToken(ctx: Context, request: TokenRequest): Promise<TokenGrant> {
  return refresh(ctx, requiredWithinBounds(request, "refresh_token"));
}

/** An access token for the client itself, without a refresh token (RFC 6749 §4.4.3). */
async function grantToClient(
  ctx: Context,
  _request: TokenRequest,
  client: ClientRecord | null,
): Promise<TokenGrant> {
  if (!client) throw invalidClient();
  const { clientId } = client;
  const { token, expiresInSeconds } = await issueClientToken(ctx, clientId);
  await writeAudit(ctx, {
    action: "client.token_granted",
    result: "success",
    userId: null,
    detail: { client_id: clientId },
  });
  return { access_token: token, token_type: "bearer", expires_in: expiresInSeconds };
}
