import { and, eq, gt, isNull, or } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { OAuthError } from "../../kernel/oauth-error.ts";
import { findReturnTarget } from "../../platform/http/return-target.ts";
import type { Context } from "../../platform/platform.ts";
import { type ClientRecord, isPublicClient } from "../clients/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { type Destination, findDestination } from "./find-destination.ts";
import { parameterNames, readParameters } from "./parameters.ts";
import { findFault } from "./request-checks.ts";
import { roomForMark } from "./request-marks.ts";
import { pushedRequests } from "./table.ts";

/** What every `request_uri` of this server begins with (RFC 9126 §2.2). */
const prefix = "urn:ietf:params:oauth:request_uri:";

/** The client sends the user's browser on at once. */
const lifeSeconds = 90;
/** How long the user may take to sign in and to decide, once the browser has opened it. */
const openSeconds = 3600;

/** RFC 9126 §4: a button that is pressed twice sends the form twice, and browsers show the second response alone. */
const repeatSeconds = 10;

/** A pushed request as the client gets it (RFC 9126 §2.2). */
export interface PushedRequest {
  readonly requestUri: string;
  readonly expiresInSeconds: number;
}

/**
 * Stores the parameters of an authorization request of an authenticated client (RFC 9126 §2.1). Throws the error that the
 * authorization endpoint would report, and `invalid_request` for a request that is itself a reference.
 */
export async function pushRequest(
  ctx: Context,
  client: ClientRecord,
  sent: Readonly<Record<string, string>>,
): Promise<PushedRequest> {
  // Anyone can push requests of a public client.
  if (isPublicClient(client)) {
    await spendOrReject(ctx, [
      { limit: limits.pushedRequestByAddress, source: addressSource(ctx) },
    ]);
  }
  if (sent["request_uri"] !== undefined) {
    throw new OAuthError("invalid_request", "request_uri cannot be pushed.");
  }
  const known = parameterNames.flatMap((name) => {
    const value = sent[name];
    return value === undefined ? [] : [[name, value]];
  });
  const query = new URLSearchParams([...known, ["client_id", client.clientId]].filter(isFirst));
  await assertValid(ctx, query.toString());
  const { clientId } = client;
  const requestUri = await store(ctx, { clientId, query: query.toString(), isOpen: false });
  return { requestUri, expiresInSeconds: lifeSeconds };
}

/** Stores a request and gives its `request_uri`. One that is open already is in the browser of a user. */
async function store(
  ctx: Context,
  { clientId, query, isOpen }: { clientId: string; query: string; isOpen: boolean },
): Promise<string> {
  const now = ctx.clock.now();
  const reference = ctx.random.token(256);
  await ctx.db.insert(pushedRequests).values({
    digest: sha256(reference),
    clientId,
    query,
    createdAt: now,
    expiresAt: addSeconds(now, isOpen ? openSeconds : lifeSeconds),
    openedAt: isOpen ? now : null,
  });
  return `${prefix}${reference}`;
}

/** Anyone can have requests kept. */
async function keep(ctx: Context, clientId: string, query: string): Promise<string> {
  await spendOrReject(ctx, [{ limit: limits.keptRequestByAddress, source: addressSource(ctx) }]);
  return store(ctx, { clientId, query, isOpen: true });
}

/** The characters of the longest query that is kept. */
const longestKeptQuery = 8192;
/** A longer one is left out of the query that refers to a request. */
const longestKeptUri = 512;

/**
 * The query of a request to which a sign-in can return: its own or, where that would be too long, one that refers to the request as
 * to a pushed one. The redirect URI is in it for the policies of pages alone. Null for a request that is not kept: one that is not
 * shown to a user (`isShown`), or is longer than 8 KiB. Throws `RATE_LIMITED`.
 */
export async function returnableQuery(
  ctx: Context,
  query: string,
  { client: { clientId }, redirectUri, isShown }: Destination & { readonly isShown: boolean },
): Promise<string | null> {
  const { settings } = ctx;
  const address = `${settings.publicUrl}/oauth/authorize?${query}`;
  if (findReturnTarget(settings, `${address}${roomForMark}`) !== null) return query;
  const { request_uri: sent } = readParameters(query).values;
  const isKept = sent !== undefined && digestOfRequestUri(sent) !== null;
  if (!isKept && (!isShown || query.length > longestKeptQuery)) return null;
  const requestUri = isKept ? sent : await keep(ctx, clientId, query);
  const kept = redirectUri.length > longestKeptUri ? {} : { redirect_uri: redirectUri };
  return new URLSearchParams({ client_id: clientId, request_uri: requestUri, ...kept }).toString();
}

function isFirst([name]: string[], index: number, all: readonly string[][]): boolean {
  return all.findIndex(([other]) => other === name) === index;
}

/** RFC 9126 §2.3: a request that could not succeed is refused at once, and not in the user's browser. */
async function assertValid(ctx: Context, query: string): Promise<void> {
  const parameters = readParameters(query);
  const destination = await findDestination(ctx, parameters);
  if ("kind" in destination) {
    throw new OAuthError("invalid_request", "redirect_uri is not registered for this client.");
  }
  const fault = findFault(ctx, { ...parameters, ...destination });
  if (fault !== null) throw new OAuthError(fault.error, fault.description);
}

/** The digest of a reference in `request_uri`; null for any other address. */
export function digestOfRequestUri(requestUri: string | undefined): string | null {
  return requestUri?.startsWith(prefix) === true ? sha256(requestUri.slice(prefix.length)) : null;
}

/**
 * The query of a pushed request that a browser presents. The first presentation must be in time, and begins the time in which the
 * user may sign in and decide. Null for one that is unknown, has expired or was used, or is of another client. With `isPosted`, by
 * a form of this server's page for the session, one that was used within 10 seconds counts as unused.
 */
export async function openPushedRequest(
  ctx: Context,
  { digest, clientId, isPosted }: Presentation,
): Promise<string | null> {
  if (clientId === undefined) return null;
  const now = ctx.clock.now();
  const isUsable = and(
    eq(pushedRequests.digest, digest),
    eq(pushedRequests.clientId, clientId),
    isPosted ? isUnusedOrRepeated(now) : isNull(pushedRequests.usedAt),
    gt(pushedRequests.expiresAt, now),
  );
  const [first] = await ctx.db
    .update(pushedRequests)
    .set({ openedAt: now, expiresAt: addSeconds(now, openSeconds) })
    .where(and(isUsable, isNull(pushedRequests.openedAt)))
    .returning({ query: pushedRequests.query });
  if (first) return first.query;
  const [again] = await ctx.db
    .select({ query: pushedRequests.query })
    .from(pushedRequests)
    .where(isUsable);
  return again?.query ?? null;
}

interface Presentation {
  readonly digest: string;
  readonly clientId: string | undefined;
  readonly isPosted: boolean;
}

/** Uses a pushed request up (RFC 9126 §4). False if another response to it was first, and `isPosted` does not excuse that. */
export async function usePushedRequest(
  ctx: Context,
  { digest, isPosted }: Pick<Presentation, "digest" | "isPosted">,
): Promise<boolean> {
  const now = ctx.clock.now();
  const isIt = eq(pushedRequests.digest, digest);
  const used = await ctx.db
    .update(pushedRequests)
    .set({ usedAt: now })
    .where(and(isIt, isNull(pushedRequests.usedAt)))
    .returning({ digest: pushedRequests.digest });
  if (used.length > 0 || !isPosted) return used.length > 0;
  const repeated = await ctx.db
    .select({ digest: pushedRequests.digest })
    .from(pushedRequests)
    .where(and(isIt, isUnusedOrRepeated(now)));
  return repeated.length > 0;
}

function isUnusedOrRepeated(now: Date) {
  const { usedAt } = pushedRequests;
  return or(isNull(usedAt), gt(usedAt, addSeconds(now, -repeatSeconds)));
}
