import { and, eq } from "drizzle-orm";

import type { PageContext } from "../../platform/http/page-access.ts";
import { findClient } from "../clients/index.ts";
import { endBrowserSession, sessions } from "../sessions/index.ts";

/** Why a request is not followed. Nothing ends, and the user is not sent on. */
type LogoutFault = "unusable_request" | "wrong_hint" | "unknown_client" | "wrong_redirect_uri";

/** What a request to sign out leads to (OpenID Connect RP-Initiated Logout 1.0 §2). */
export type EndSessionOutcome =
  | { readonly kind: "page"; readonly error: LogoutFault }
  /** The user is asked. `redirectUri` is where they are sent afterwards. */
  | {
      readonly kind: "ask";
      readonly clientName: string | null;
      readonly redirectUri: string | null;
    }
  /** The user is signed out; `address` is where they are sent, with `state`. */
  | { readonly kind: "ended"; readonly address: string | null };

/** A request whose members are right together. */
interface LogoutRequest {
  readonly clientName: string | null;
  readonly hint: IdTokenHint | null;
  readonly redirectUri: string | null;
  readonly state: string | null;
}

interface IdTokenHint {
  readonly userId: string;
  readonly sessionId: string;
  readonly clientId: string;
}

/**
 * Signs the user out in their browser: at once if the client proves with an ID token of this very session that it may ask for it,
 * else once the user has confirmed it (`isConfirmed`). Their sessions at all clients end with it.
 */
export async function endUserSession(
  ctx: PageContext,
  query: string,
  isConfirmed = false,
): Promise<EndSessionOutcome> {
  const request = await readRequest(ctx, query);
  if (typeof request === "string") return { kind: "page", error: request };
  const { clientName, redirectUri, state } = request;
  const isSignedIn = ctx.actor.kind === "user";
  if (isSignedIn && !isConfirmed && !(await isOfThisSession(ctx, request.hint))) {
    return { kind: "ask", clientName, redirectUri };
  }
  if (isSignedIn) await endBrowserSession(ctx);
  return { kind: "ended", address: redirectUri === null ? null : withState(redirectUri, state) };
}

const names = ["id_token_hint", "client_id", "post_logout_redirect_uri", "state"] as const;

/** Reads and checks a request. Parameters that are not listed are ignored, `logout_hint` and `ui_locales` among them. */
async function readRequest(ctx: PageContext, query: string): Promise<LogoutRequest | LogoutFault> {
  const sent = new URLSearchParams(query);
  if (names.some((name) => sent.getAll(name).length > 1)) return "unusable_request";
  const valueOf = (name: (typeof names)[number]) => sent.get(name) || null;
  const hint = readHint(ctx, valueOf("id_token_hint"));
  const clientId = valueOf("client_id");
  // §2: `client_id` must be the one to which the ID token was issued.
  if (hint === "wrong" || isOfAnother(hint, clientId)) return "wrong_hint";
  const id = hint?.clientId ?? clientId;
  const client = id === null ? null : await findClient(ctx, id);
  if (id !== null && client === null) return "unknown_client";
  const redirectUri = valueOf("post_logout_redirect_uri");
  // §3: character by character one of those that the client has registered.
  const isRegistered = client?.postLogoutRedirectUris.includes(redirectUri ?? "") === true;
  if (redirectUri !== null && !isRegistered) return "wrong_redirect_uri";
  return { hint, redirectUri, state: valueOf("state"), clientName: client?.name ?? null };
}

function isOfAnother(hint: IdTokenHint | null, clientId: string | null): boolean {
  return hint !== null && clientId !== null && hint.clientId !== clientId;
}

/** §4: the ID token may have expired. */
function readHint(
  { signer, settings }: PageContext,
  token: string | null,
): IdTokenHint | "wrong" | null {
  if (token === null) return null;
  const { sub, sid, aud } = signer.verifyIdToken(token, settings.jwtIssuer) ?? {};
  const isRight = typeof sub === "string" && typeof sid === "string" && typeof aud === "string";
  return isRight ? { userId: sub, sessionId: sid, clientId: aud } : "wrong";
}

/** Whether the ID token is of a session that the user of this browser granted in this session. */
async function isOfThisSession(ctx: PageContext, hint: IdTokenHint | null): Promise<boolean> {
  const { actor } = ctx;
  if (hint === null || actor.kind !== "user" || actor.userId !== hint.userId) return false;
  const found = await ctx.db
    .select({ id: sessions.id })
    .from(sessions)
    .where(
      and(
        eq(sessions.id, hint.sessionId),
        eq(sessions.userId, actor.userId),
        eq(sessions.clientId, hint.clientId),
        eq(sessions.parentSessionId, actor.sessionId),
      ),
    );
  return found.length > 0;
}

function withState(redirectUri: string, state: string | null): string {
  if (state === null) return redirectUri;
  const added = new URLSearchParams({ state }).toString();
  return `${redirectUri}${redirectUri.includes("?") ? "&" : "?"}${added}`;
}
