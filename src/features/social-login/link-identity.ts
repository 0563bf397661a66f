import { and, eq, gt, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import {
  findIdentity,
  type IdentityRecord,
  insertIdentity,
  updateIdentity,
} from "../identities/index.ts";
import { isActiveSession, sessions } from "../sessions/index.ts";
import { users } from "../users/index.ts";
import { fillEffects, fillEmpty } from "./fill-profile.ts";
import { recordLink } from "./link-account.ts";
import { identityOf, type ProvenProfile, refuse } from "./proven-profile.ts";

const action = "user.identity_linked";

/** The ten minutes for which a proof of who the user is counts when the link is requested, and those of the request's ticket. */
const sessionSeconds = 20 * 60;

/** An identity, and the user to whom it is to be linked, as they were when they requested it. */
export interface IdentityToLink extends ProvenProfile {
  readonly userId: string;
  readonly sessionId: string;
  readonly credentialsVersion: number;
}

/**
 * Links an identity to the user who requested it; no address plays a part. Linking it again changes nothing but its last use. A
 * refusal is recorded. Throws `CONFLICT` (it is linked to another user), `REAUTHENTICATION_REQUIRED` (the session ended or is too
 * old, or the user's credentials changed since).
 */
export function linkIdentity(ctx: Context, input: IdentityToLink): Promise<IdentityRecord> {
  const { userId, sessionId, provider } = input;
  const identity = identityOf(input);
  const attempt = { action, userId, sessionId, by: provider } as const;
  return untilWritten(async () => {
    const account = await findAccount(ctx, input);
    if (!account) throw refuse(ctx, { ...attempt, reason: "session_not_fresh" }, notFresh());
    const found = await findIdentity(ctx.db, identity.key);
    if (found && found.user.id !== userId) {
      throw refuse(ctx, { ...attempt, reason: "linked_to_another" }, linkedToAnother());
    }
    const owner = ctx.db
      .select({
        userId: sql`${users.id}`.as("user_id"),
        credentialsVersion: sql`${users.credentialsVersion}`.as("credentials_version"),
      })
      .from(users)
      .innerJoin(sessions, mayLink(ctx, input))
      .for("no key update");
    const [row] = found
      ? await commit(ctx, updateIdentity(ctx, identity, found.id, owner), () => [])
      : await commit(ctx, insertIdentity(ctx, identity, owner), () => [
          ...recordLink(ctx, { userId, provider, sessionId }),
          ...fillEffects(ctx, userId, provider, fillEmpty(account, input.profile)),
        ]);
    return row ?? null;
  });
}

async function findAccount(ctx: Context, input: IdentityToLink) {
  const [account] = await ctx.db
    .select({ name: users.name, avatarUrl: users.avatarUrl, locale: users.locale })
    .from(users)
    .innerJoin(sessions, mayLink(ctx, input));
  return account ?? null;
}

/** Whether the session through which the user requested the link is active and not too old. */
function mayLink({ clock }: Context, { userId, sessionId, credentialsVersion }: IdentityToLink) {
  const now = clock.now();
  return and(
    eq(users.id, userId),
    eq(users.credentialsVersion, credentialsVersion),
    eq(sessions.id, sessionId),
    gt(sessions.authenticatedAt, addSeconds(now, -sessionSeconds)),
    isActiveSession(now),
  );
}

function notFresh(): AppError {
  return new AppError("REAUTHENTICATION_REQUIRED", "Sign in again, then repeat this request.");
}

function linkedToAnother(): AppError {
  return new AppError("CONFLICT", "This account at the provider is linked to another user.");
}
