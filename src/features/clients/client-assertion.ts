import { sha256 } from "../../kernel/bytes.ts";
import { numericDate } from "../../kernel/clock.ts";
import { describeError } from "../../platform/db/errors.ts";
import {
  areKeysUnreadable,
  isSignedBy,
  unverifiedClaims,
} from "../../platform/jwt/client-assertion.ts";
import { keptRemoteKeys } from "../../platform/jwt/kept-remote-keys.ts";
import type { Claims } from "../../platform/jwt/port.ts";
import type { Context } from "../../platform/platform.ts";
import { useTicket } from "../../platform/used-tickets/use-ticket.ts";
import type { ClientRecord } from "./queries.ts";

/** How far the client's clock may be ahead. */
const clockSkewSeconds = 60;
/** How far ahead an assertion may expire: for so long its id is stored. */
const longestLifeSeconds = 3600;

/** The client that an assertion says that it is of, unverified; empty for one that cannot be read. */
export function subjectOfAssertion(sent: {
  readonly clientId: string | null;
  readonly assertion: string;
}): string {
  const { sub } = unverifiedClaims(sent.assertion);
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
  if (!(await isSignedByClient(ctx, client, assertion))) return false;
  const claims = unverifiedClaims(assertion);
  const { iss, sub, aud, exp, jti } = claims;
  const isOfClient = iss === client.clientId && sub === client.clientId;
  if (!isOfClient || !isInTime(claims, numericDate(ctx.clock.now())) || !isTime(exp)) return false;
  if (!isForThisServer(ctx, aud, path) || typeof jti !== "string" || jti === "") return false;
  const id = sha256(`client_assertion ${client.clientId} ${jti}`);
  return useTicket(ctx.db, { id, expiresAt: new Date(exp * 1000) });
}

/** RFC 7523 §3 items 4 to 6. */
function isInTime({ exp, nbf, iat }: Claims, now: number): boolean {
  const hasBegun = (time: unknown) =>
    time === undefined || (isTime(time) && time <= now + clockSkewSeconds);
  const isUnexpired = isTime(exp) && exp > now && exp <= now + longestLifeSeconds;
  return isUnexpired && hasBegun(nbf) && hasBegun(iat);
}

/** RFC 7523 §3 item 3: the issuer, the token endpoint, or the endpoint that it was sent to. */
function isForThisServer({ settings }: Context, aud: unknown, path: string): boolean {
  const { jwtIssuer, publicUrl } = settings;
  const names = [jwtIssuer, `${publicUrl}/oauth/token`, `${publicUrl}${path}`];
  const audiences: readonly unknown[] = Array.isArray(aud) ? aud : [aud];
  return audiences.some((audience) => names.some((name) => name === audience));
}

async function isSignedByClient(
  ctx: Context,
  { clientId, jwks, jwksUri }: ClientRecord,
  assertion: string,
): Promise<boolean> {
  const keys =
    jwksUri === null ? { local: jwks?.keys ?? [] } : { remote: keptRemoteKeys(jwksUri, ctx) };
  try {
    return await isSignedBy(assertion, keys);
  } catch (error) {
    if (!areKeysUnreadable(error)) throw error;
    const fields = { client_id: clientId, ...describeError(error) };
    ctx.log.warn(fields, "the keys of a client could not be read");
    return false;
  }
}

function isTime(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && Number.isSafeInteger(Math.floor(value));
}
