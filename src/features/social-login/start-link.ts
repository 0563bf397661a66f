import { sha256 } from "../../kernel/bytes.ts";
import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { recordFailure } from "../audit/index.ts";
import { isFreshSession } from "../sessions/index.ts";
import { invalidToken } from "../tokens/index.ts";
import { isActiveUser, users } from "../users/index.ts";
import { startUrl, withParameters } from "./addresses.ts";
import { type Browser, getProvider, type SocialLogin, type StoredBinding } from "./social-login.ts";
import { assertRedirectAllowed } from "./start.ts";

/** Where the user continues, and what their browser keeps. */
export interface StartedLink {
  readonly authorizeUrl: string;
  /** The ticket in that address. */
  readonly ticket: string;
  readonly binding: StoredBinding;
}

/**
 * Lets the signed-in user link an identity at a provider, within ten minutes and once. Throws `NOT_FOUND`, `VALIDATION_ERROR`
 * (an address that is not listed), `REAUTHENTICATION_REQUIRED` (a sign-in that is older than ten minutes).
 */
export async function startLink(
  ctx: Context<UserActor>,
  social: SocialLogin,
  input: { provider: string; redirectUri: string | undefined; browser: Browser },
): Promise<StartedLink> {
  const { redirectUri: uri, browser } = input;
  const provider = getProvider(social, input.provider);
  assertRedirectAllowed(ctx.settings, provider, uri);
  const credentialsVersion = await proveFreshSession(ctx, provider.name);
  const mode = provider.responseMode;
  const sent = browser.binding(mode);
  const value = sent ?? ctx.random.token(128);
  const ticket = await social.linkTickets.issue(ctx.random.token(128), {
    prv: provider.name,
    usr: ctx.actor.userId,
    sid: ctx.actor.sessionId,
    ver: credentialsVersion,
    cb: sha256(value),
    own: sent !== null || browser.fetchSite === "same-origin",
    ...(uri === undefined ? {} : { uri }),
  });
  const authorizeUrl = withParameters(startUrl(ctx.settings, provider.name), { ticket });
  return { authorizeUrl, ticket, binding: { mode, value } };
}

/** A stolen token is rarely as young as this. Returns the version of the user's credentials. */
async function proveFreshSession(ctx: Context<UserActor>, by: string): Promise<number> {
  const { userId, sessionId } = ctx.actor;
  const [account] = await ctx.db
    .select({
      credentialsVersion: users.credentialsVersion,
      isFresh: isFreshSession(sessionId, ctx.clock.now()),
    })
    .from(users)
    .where(isActiveUser(userId));
  if (!account) throw invalidToken();
  if (account.isFresh) return account.credentialsVersion;
  const detail = { by, reason: "session_not_fresh" };
  recordFailure(ctx, { action: "user.identity_linked", userId, sessionId, detail });
  throw new AppError("REAUTHENTICATION_REQUIRED", "Sign in again, then repeat this request.");
}
