import { type Static, Type } from "@sinclair/typebox";

import { AppError } from "../../kernel/errors.ts";
import { compileOnUse } from "../../kernel/schema-check.ts";
import type { ExpectedClaims, TokenType } from "../../platform/jwt/port.ts";
import type { Platform } from "../../platform/platform.ts";
import { ownClientId } from "./issue-tokens.ts";

const uuid = Type.RegExp(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/);
/** Up to the year 9999: this service issues no later one. */
const numericDate = Type.Integer({ minimum: 0, maximum: 253_402_300_799 });

const refreshClaims = Type.Object({
  sub: uuid,
  sid: uuid,
  jti: Type.String({ minLength: 16, maxLength: 64 }),
  iat: numericDate,
  exp: numericDate,
});

const accessClaims = Type.Composite([
  refreshClaims,
  Type.Object({
    aud: Type.Union([Type.String(), Type.Array(Type.String())]),
    amr: Type.Array(Type.String()),
    // Tokens of a version before this claim are of Gatehouse itself.
    client_id: Type.Optional(Type.String({ minLength: 1 })),
    scope: Type.Optional(Type.String()),
  }),
]);

/** What only a token of Gatehouse itself must have. */
const ownClaims = Type.Object({ email: Type.String(), roles: Type.Array(Type.String()) });

const checks = {
  own: compileOnUse(ownClaims),
  "at+jwt": compileOnUse(accessClaims),
  "rt+jwt": compileOnUse(refreshClaims),
};

/** The claims of an access token. */
export type AccessClaims = Static<typeof accessClaims>;

/** The claims of a refresh token. */
export type RefreshClaims = Static<typeof refreshClaims>;

/**
 * The claims of a genuine, unexpired access token of a user, also of one that a client was granted: only `isOwnToken` tells
 * whether it opens the user's account. Throws `INVALID_TOKEN` or `EXPIRED_TOKEN`.
 */
export async function verifyUserToken(ctx: Platform, token: string): Promise<AccessClaims> {
  const { status, claims } = await readUserToken(ctx, token, {});
  if (status === "expired") throw expiredToken();
  return claims;
}

/** A session can be ended also at a replica whose clock is behind, by a token that is too new to be accepted there. */
const toBeEnded = { allowsFuture: true };

type Leniency = Pick<ExpectedClaims, "allowsFuture">;

/**
 * The claims of a genuine access token that opens the user's account, and which may have expired: for the end of its session.
 * It is of Gatehouse itself, or was granted to a client that was trusted then. Throws `INVALID_TOKEN`.
 */
export async function inspectAccessToken(
  ctx: Platform,
  token: string,
): Promise<{ status: "valid" | "expired"; claims: AccessClaims }> {
  const inspected = await readUserToken(ctx, token, toBeEnded);
  const { claims } = inspected;
  // Only a trusted client gets a token with this audience.
  if (!isOwnToken(claims) && claims.aud !== ctx.settings.publicUrl) throw invalidToken();
  return inspected;
}

/** Whether a token is of a sign-in to Gatehouse itself. Every other one was granted to a client. */
export function isOwnToken({ client_id }: AccessClaims): boolean {
  return client_id === undefined || client_id === ownClientId;
}

async function readUserToken(
  ctx: Platform,
  token: string,
  leniency: Leniency,
): Promise<{ status: "valid" | "expired"; claims: AccessClaims }> {
  const result = await ctx.signer.verify(token, {
    ...expectation(ctx, "at+jwt"),
    ...leniency,
    maximumLifeSeconds: ctx.settings.jwtAccessTokenTtlSeconds,
  });
  if (result.status === "invalid" || !checks["at+jwt"].Check(result.claims)) throw invalidToken();
  const { claims } = result;
  // The audience of a granted token is another service: what may be done with it here is decided by its client.
  const audiences = Array.isArray(claims.aud) ? claims.aud : [claims.aud];
  const isForUs = audiences.includes(ctx.settings.jwtAudience) && checks.own.Check(claims);
  if (isOwnToken(claims) && !isForUs) throw invalidToken();
  return { status: result.status, claims };
}

/** The claims of a genuine, unexpired refresh token. Throws `INVALID_TOKEN` or `EXPIRED_TOKEN`. */
export async function verifyRefreshToken(ctx: Platform, token: string): Promise<RefreshClaims> {
  const { status, claims } = await readRefreshToken(ctx, token, {});
  if (status === "expired") throw expiredToken();
  return claims;
}

/** The claims of a genuine token that may have expired: for the end of its session. Throws `INVALID_TOKEN`. */
export function inspectRefreshToken(ctx: Platform, token: string): Promise<ReadRefreshToken> {
  return readRefreshToken(ctx, token, toBeEnded);
}

interface ReadRefreshToken {
  readonly status: "valid" | "expired";
  readonly claims: RefreshClaims;
}

async function readRefreshToken(
  ctx: Platform,
  token: string,
  leniency: Leniency,
): Promise<ReadRefreshToken> {
  const result = await ctx.signer.verify(token, { ...expectation(ctx, "rt+jwt"), ...leniency });
  if (result.status === "invalid" || !checks["rt+jwt"].Check(result.claims)) throw invalidToken();
  return { status: result.status, claims: result.claims };
}

/** The error for every token that is not genuine, or no longer valid. */
export function invalidToken(): AppError {
  return new AppError("INVALID_TOKEN", "The token is invalid.");
}

/** The error for a genuine token that has expired. */
export function expiredToken(): AppError {
  return new AppError("EXPIRED_TOKEN", "The token has expired.");
}

function expectation(ctx: Platform, type: TokenType) {
  return { type, issuer: ctx.settings.jwtIssuer, now: ctx.clock.now() };
}
