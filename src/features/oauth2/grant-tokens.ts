import type { Context } from "../../platform/platform.ts";
import { parseIdentifier, verifyCredentials } from "../passwords/index.ts";
import { refresh } from "../sessions/index.ts";
import { completeSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { OAuthError } from "./errors.ts";

/** The parameters of a token request that we know, as received. */
export interface TokenRequest {
  readonly grant_type?: string;
  readonly username?: string;
  readonly password?: string;
  readonly refresh_token?: string;
}

type Grant = (ctx: Context, request: TokenRequest) => Promise<TokenResponse>;

const longestParameter = 8192;

/** Grants tokens as RFC 6749 §4.3 and §6 say. Throws `OAuthError` and what the grants themselves throw. */
export function grantTokens(ctx: Context, request: TokenRequest): Promise<TokenResponse> {
  const grantType = required(request, "grant_type");
  const grant = enabledGrants(ctx).get(grantType);
  if (!grant) throw new OAuthError("unsupported_grant_type", "This grant type is not supported.");
  return grant(ctx, request);
}

function enabledGrants(ctx: Context): ReadonlyMap<string, Grant> {
  const grants = new Map<string, Grant>([["refresh_token", grantByRefreshToken]]);
  if (ctx.settings.passwordGrantEnabled) grants.set("password", grantByPassword);
  return grants;
}

async function grantByPassword(ctx: Context, request: TokenRequest): Promise<TokenResponse> {
  const identifier = parseIdentifier(required(request, "username"));
  const password = required(request, "password");
  return completeSignIn(ctx, await verifyCredentials(ctx, { identifier, password }));
}

function grantByRefreshToken(ctx: Context, request: TokenRequest): Promise<TokenResponse> {
  return refresh(ctx, required(request, "refresh_token"));
}

function required(request: TokenRequest, name: keyof TokenRequest): string {
  const value = request[name];
  if (value === undefined) throw new OAuthError("invalid_request", `${name} is missing.`);
  if (value.length > longestParameter)
    throw new OAuthError("invalid_request", `${name} is too long.`);
  return value;
}
