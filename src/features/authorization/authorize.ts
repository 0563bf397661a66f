import { and, eq } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import type { PageContext } from "../../platform/http/page-access.ts";
import { findConsent } from "../consents/index.ts";
import { hasSecondFactor } from "../mfa/index.ts";
import { isActiveSession, sessions } from "../sessions/index.ts";
import { users } from "../users/index.ts";
import { findDestination } from "./find-destination.ts";
import { issueCode } from "./issue-code.ts";
import type { AuthorizationOutcome, PageOutcome, RequestFault, ResponseTarget } from "./outcome.ts";
import { readParameters } from "./parameters.ts";
import {
  digestOfRequestUri,
  openPushedRequest,
  returnableQuery,
  usePushedRequest,
} from "./push-request.ts";
import { type CheckedRequest, findFault, promptsOf } from "./request-checks.ts";
import { markQuery, proofOf, readMark } from "./request-marks.ts";
import { faultsOfNeeds, findNeed, type UserRequest, type UserState } from "./user-checks.ts";

/**
 * What an authorization request leads to (RFC 6749 §4.1.1, OpenID Connect Core §3.1.2), in this order: its client and redirect
 * URI, the request itself, the user's sign-in, second factor and consent, and at last a code.
 */
export async function authorize(
  ctx: PageContext,
  sentQuery: string,
  { isAllowed = false, isShown = true, isPosted = false }: AuthorizeOptions = {},
): Promise<AuthorizationOutcome> {
  const marked = readMark(ctx, sentQuery);
  const found = await findRequest(ctx, marked.query, isPosted);
  if ("kind" in found) return found;
  const outcome = await decide(ctx, found, { sentQuery, ...marked, isAllowed, isShown });
  return isLast(outcome) ? usedUp(ctx, { ...found, isPosted }, outcome) : outcome;
}

interface AuthorizeOptions {
  /** Whether the user has just allowed it. Default: no. */
  readonly isAllowed?: boolean;
  /** Whether a browser shows the response to a user, and not an image or a script of another site. Default: yes. */
  readonly isShown?: boolean;
  /** Whether the form of a page was posted, with the proof of the session. A second press has a response then. Default: no. */
  readonly isPosted?: boolean;
}

/** Every response to the client uses the pushed request up, so that it gets one response. */
async function usedUp(
  ctx: PageContext,
  { pushedDigest: digest, isPosted }: FoundRequest & { readonly isPosted: boolean },
  outcome: AuthorizationOutcome,
): Promise<AuthorizationOutcome> {
  if (digest === null || (await usePushedRequest(ctx, { digest, isPosted }))) return outcome;
  return expiredRequest;
}

function isLast({ kind }: AuthorizationOutcome): boolean {
  return kind === "redirect";
}

/** A request whose client and redirect URI are right, and the digest of the pushed one that it was; or null. */
interface FoundRequest {
  readonly checked: CheckedRequest;
  readonly pushedDigest: string | null;
}

const expiredRequest = { kind: "page", error: "expired_request" } as const;
const unusableRequest = { kind: "page", error: "unusable_request" } as const;

/** The request of a query, or the pushed one that the query refers to, of which nothing else counts then (RFC 9126 §4). */
async function findRequest(
  ctx: PageContext,
  query: string,
  isPosted: boolean,
): Promise<FoundRequest | PageOutcome> {
  const sent = readParameters(query);
  const pushedDigest = digestOfRequestUri(sent.values.request_uri);
  let parameters = sent;
  if (pushedDigest !== null) {
    const clientId = sent.values.client_id;
    const pushed = await openPushedRequest(ctx, { digest: pushedDigest, clientId, isPosted });
    if (pushed === null) return expiredRequest;
    parameters = readParameters(pushed);
  }
  const destination = await findDestination(ctx, parameters);
  if ("kind" in destination) return destination;
  return { checked: { ...parameters, ...destination }, pushedDigest };
}

async function decide(
  ctx: PageContext,
  { checked }: FoundRequest,
  {
    query,
    sentQuery,
    askedAt,
    isAllowed,
    isShown,
  }: SentRequest & Pick<UserRequest, "askedAt" | "isAllowed">,
): Promise<AuthorizationOutcome> {
  const hint = readHint(ctx, checked);
  const fault = findFault(ctx, checked) ?? (hint === "wrong" ? wrongHint : null);
  if (fault !== null || hint === "wrong") return refusal(ctx, checked, fault ?? wrongHint);
  const scopes = scopesOf(checked);
  const request = { ...checked, query, sentQuery, askedAt, hintedUserId: hint, isAllowed, scopes };
  return answer(ctx, { ...request, isShown }, await findUserState(ctx, checked.client.clientId));
}

/** The error that tells the client that the user did not allow it (RFC 6749 §4.1.2.1), by a form with the proof of the session. */
export async function deny(ctx: PageContext, sentQuery: string): Promise<AuthorizationOutcome> {
  const found = await findRequest(ctx, readMark(ctx, sentQuery).query, true);
  if ("kind" in found) return found;
  const fault = { error: "access_denied", description: "The user did not allow it." };
  return usedUp(ctx, { ...found, isPosted: true }, refusal(ctx, found.checked, fault));
}

/** The query of a request. */
interface SentRequest {
  /** As it was received. */
  readonly sentQuery: string;
  /** Without the mark of this server. */
  readonly query: string;
  readonly isShown: boolean;
}

async function answer(
  ctx: PageContext,
  request: UserRequest & SentRequest,
  user: UserState | null,
): Promise<AuthorizationOutcome> {
  const { values, client, sentQuery, redirectUri, mode } = request;
  const need = findNeed(ctx, request, user);
  const mayAsk = !promptsOf(values.prompt).includes("none");
  const resource = values.resource ?? null;
  if (need === "hinted_user" || (need !== null && !mayAsk)) {
    return refusal(ctx, request, faultsOfNeeds[need]);
  }
  const { actor } = ctx;
  if (need === "sign_in" || actor.kind !== "user") return signIn(ctx, request, user !== null);
  if (need !== null) {
    // The page for a second factor has a link to the sign-in page, which returns to the request.
    const isReturnedTo = need === "second_factor";
    const query = isReturnedTo ? await returnableQuery(ctx, sentQuery, request) : sentQuery;
    if (query === null) return unusableRequest;
    const proof = proofOf(ctx, actor.sessionId, query);
    const uiLocales = values.ui_locales ?? null;
    const interaction = { client, query, proof, uiLocales, redirectUri, mode };
    if (need === "second_factor") return { kind: need, ...interaction };
    return { kind: need, ...interaction, scopes: request.scopes, resource };
  }
  const code = await issueCode(ctx, {
    clientId: client.clientId,
    sessionId: actor.sessionId,
    redirectUri,
    scopes: request.scopes,
    nonce: values.nonce ?? null,
    codeChallenge: values.code_challenge ?? null,
    resource,
  });
  if (code === null) return signIn(ctx, request, false);
  return respond(ctx, request, { code });
}

async function signIn(
  ctx: Context,
  request: SentRequest & CheckedRequest,
  isForced: boolean,
): Promise<AuthorizationOutcome> {
  const returnable = await returnableQuery(ctx, request.query, request);
  if (returnable === null) return unusableRequest;
  const query = markQuery(ctx, returnable);
  return { kind: "sign_in", query, isForced, loginHint: request.values.login_hint ?? null };
}

function refusal(ctx: Context, request: CheckedRequest, fault: RequestFault): AuthorizationOutcome {
  const { error, description } = fault;
  return respond(ctx, request, { error, error_description: description });
}

/** Every response has `state` as it was sent, and the issuer (RFC 9207 §2). */
function respond(
  { settings }: Context,
  { redirectUri, mode, values }: ResponseTarget & CheckedRequest,
  fields: Readonly<Record<string, string>>,
): AuthorizationOutcome {
  const { state } = values;
  const iss = settings.jwtIssuer;
  const all = { ...fields, ...(state === undefined ? {} : { state }), iss };
  return { kind: "redirect", redirectUri, mode, fields: all };
}

/** RFC 6749 §3.3: the scopes that the client may have, of those that it asks for. Unknown ones are ignored. */
function scopesOf({ values: { scope }, client }: CheckedRequest): string[] {
  const asked = new Set((scope ?? "").split(" "));
  return [...asked].filter((each) => client.scopes.includes(each));
}

const wrongHint = {
  error: "invalid_request",
  description: "id_token_hint is not an ID token of this server for this client.",
};

/** The user of `id_token_hint`, which may have expired (OpenID Connect Core §3.1.2.1); null without one. */
function readHint(
  { signer, settings }: Context,
  { values: { id_token_hint: hint }, client }: CheckedRequest,
): string | null {
  if (hint === undefined) return null;
  const claims = signer.verifyIdToken(hint, settings.jwtIssuer);
  const { sub, aud } = claims ?? {};
  return typeof sub === "string" && aud === client.clientId ? sub : "wrong";
}

/** The session of the signed-in user as it is now; null if there is none. */
async function findUserState(ctx: PageContext, clientId: string): Promise<UserState | null> {
  const { actor } = ctx;
  if (actor.kind !== "user") return null;
  const { userId, sessionId } = actor;
  const [session] = await ctx.db
    .select({
      authenticatedAt: sessions.authenticatedAt,
      amr: sessions.amr,
      hasSecondFactor: hasSecondFactor(ctx),
    })
    .from(sessions)
    .innerJoin(users, isActiveSession(ctx.clock.now()))
    .where(and(eq(sessions.id, sessionId), eq(sessions.userId, userId)));
  if (!session) return null;
  const consent = await findConsent(ctx, { userId, clientId });
  return { userId, ...session, allowed: consent };
}
