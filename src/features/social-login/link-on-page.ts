import { and, eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import type { Context } from "../../platform/platform.ts";
import { isActiveUser, users } from "../users/index.ts";
import type { Browser, SocialLogin } from "./social-login.ts";
import { start, type Started } from "./start.ts";
import { startLink } from "./start-link.ts";

/**
 * Lets the user of a browser session link an identity, and starts the linking at the provider at once. Throws what `startLink` and
 * `start` throw.
 */
export async function startLinkOnPage(
  ctx: Context<UserActor>,
  social: SocialLogin,
  input: {
    readonly provider: string;
    readonly redirectUri: string;
    readonly browser: Browser;
  },
): Promise<Started> {
  const { provider, browser } = input;
  const { ticket, binding } = await startLink(ctx, social, input);
  return start(ctx, social, {
    provider,
    parameters: { ticket },
    browser: { ...browser, binding: () => binding.value },
  });
}

/** What a link ticket is for. */
export interface DescribedLink {
  readonly provider: string;
  readonly userId: string;
  /** The address of the account to which the identity will be linked. */
  readonly email: string;
}

/** What a link ticket is for; null if it is not valid, or its user has changed since. */
export async function describeLink(
  ctx: Context,
  { linkTickets }: SocialLogin,
  text: string,
): Promise<DescribedLink | null> {
  const ticket = await linkTickets.verify(text);
  if (ticket === null) return null;
  const { prv: provider, usr: userId, ver: credentialsVersion } = ticket.claims;
  const [user] = await ctx.db
    .select({ email: users.email })
    .from(users)
    .where(and(isActiveUser(userId), eq(users.credentialsVersion, credentialsVersion)));
  return user ? { provider, userId, email: user.email } : null;
}
