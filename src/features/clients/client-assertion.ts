import { compactVerify, createLocalJWKSet, decodeJwt, errors, type JWTPayload } from "jose";

import { sha256 } from "../../kernel/bytes.ts";
import { numericDate } from "../../kernel/clock.ts";
import { describeError } from "../../platform/db/errors.ts";
import { NoJsonError } from "../../platform/http-client/request-json.ts";
import { InvalidKeySetError } from "../../platform/jwt/remote-keys.ts";
import { keptRemoteKeys } from "../../platform/jwt/kept-remote-keys.ts";
import type { Context } from "../../platform/platform.ts";
import { useTicket } from "../../platform/used-tickets/use-ticket.ts";
import type { ClientRecord } from "./queries.ts";

/** The algorithms with a public key. A shared secret or `none` is never accepted (RFC 8725 §3.1). */
export const assertionAlgorithms = ["RS256", "PS256", "ES256", "ES384", "EdDSA"];

const longestAssertion = 8192;
/** How far the client's clock may be ahead. */
const clockSkewSeconds = 60;
/** How far ahead an assertion may expire: for so long its id is stored. */
const longestLifeSeconds = 3600;

/** The client that an assertion says that it is of, unverified; empty for one that cannot be read. */
export function subjectOfAssertion(sent: {
  readonly clientId: string | null;
  readonly assertion: string;
}): string {
  const { sub } = parse(sent.assertion);
  const isConsistent = sent.clientId === null || sent.clientId === sub;
  return isConsistent && typeof sub === "string" ? sub : "";
}

/** Whether an assertion is the client's own, for this server, valid now, and used for the first time (RFC 7523 §3). */
export async function isProvenByAssertion(
  ctx: Context,
  client: ClientRecord,
  assertion: string,
  path: string,
): Promise<boolean> {
  if (client.tokenEndpointAuthMethod !== "private_key_jwt") return false;
  if (!(await isSignedBy(ctx, client, assertion))) return false;
  const claims = parse(assertion);
  const { iss, sub, aud, exp = 0, jti } = claims;
  const isOfClient = iss === client.clientId && sub === client.clientId;
  if (!isOfClient || !isInTime(claims, numericDate(ctx.clock.now()))) return false;
  if (!isForThisServer(ctx, aud, path) || typeof jti !== "string" || jti === "") return false;
  const id = sha256(`client_assertion ${client.clientId} ${jti}`);
  return useTicket(ctx.db, { id, expiresAt: new Date(exp * 1000) });
}

/** RFC 7523 §3 items 4 to 6. */
function isInTime({ exp, nbf, iat }: JWTPayload, now: number): boolean {
  const hasBegun = (time: unknown) =>
    time === undefined || (isTime(time) && time <= now + clockSkewSeconds);
  const isUnexpired = isTime(exp) && exp > now && exp <= now + longestLifeSeconds;
  return isUnexpired && hasBegun(nbf) && hasBegun(iat);
}

/** RFC 7523 §3 item 3: the issuer, the token endpoint, or the endpoint that it was sent to. */
function isForThisServer({ settings }: Context, aud: JWTPayload["aud"], path: string): boolean {
  const { jwtIssuer, publicUrl } = settings;
  const names = [jwtIssuer, `${publicUrl}/oauth/token`, `${publicUrl}${path}`];
  const audiences = Array.isArray(aud) ? aud : [aud];
  return audiences.some((audience) => audience !== undefined && names.includes(audience));
}

async function isSignedBy(ctx: Context, client: ClientRecord, assertion: string): Promise<boolean> {
  if (assertion.length > longestAssertion) return false;
  try {
    const { protectedHeader } = await compactVerify(assertion, keysOf(ctx, client), {
      algorithms: assertionAlgorithms,
    });
    // Tokens of another type are no assertions (RFC 8725 §3.11).
    const { typ } = protectedHeader;
    return typ === undefined || /^(?:jwt|client-authentication\+jwt)$/i.test(typ);
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    if (!(error instanceof NoJsonError || error instanceof InvalidKeySetError)) throw error;
    const fields = { client_id: client.clientId, ...describeError(error) };
    ctx.log.warn(fields, "the keys of a client could not be read");
    return false;
  }
}

function keysOf(ctx: Context, { jwks, jwksUri }: ClientRecord) {
  if (jwksUri === null) return createLocalJWKSet({ keys: [...(jwks?.keys ?? [])] });
  const remote = keptRemoteKeys(jwksUri, ctx);
  return async (header: Parameters<typeof remote.find>[0]) => {
    const found = await remote.find(header);
    if (found === null) throw new errors.JWKSNoMatchingKey();
    return found.key;
  };
}

function parse(assertion: string): JWTPayload {
  if (assertion.length > longestAssertion) return {};
  try {
    return decodeJwt(assertion);
  } catch {
    return {};
  }
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isSafeInteger(Math.floor(value));
}
