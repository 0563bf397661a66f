import { addSeconds } from "../../kernel/clock.ts";
import { untilWritten } from "../../platform/db/row-version.ts";
import { type Effect, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { queueMail } from "../mail/index.ts";
import { challengeLink, issueChallenge } from "../email-challenges/index.ts";
import {
  duplicate,
  canonicalEmail,
  firstCredentialsVersion,
  profileColumnsOf,
  users,
} from "../users/index.ts";
import {
  assertFewEnough,
  assertHolds,
  findGrantable,
  giveRoles,
  isRoleGone,
  type RoleReading,
  rolesOf,
} from "../roles/index.ts";
import { type Account, accountColumns } from "./account.ts";
import type { NewUser } from "./model.ts";

const action = "user.created";

/**
 * Makes an account without a password and mails its owner a link to choose one, which also verifies the address. Throws
 * `INVALID_EMAIL`, `VALIDATION_ERROR`, `DUPLICATE_EMAIL`, `DUPLICATE_USERNAME`, `FORBIDDEN` (a role allows what the caller
 * lacks, or she may not assign roles at all).
 */
export async function createUser(ctx: Context, input: NewUser): Promise<Account> {
  const { email: received, roles: named = [], ...profile } = input;
  const email = canonicalEmail(received);
  const columns = profileColumnsOf(profile);
  const roles = rolesOf({ roles: [...new Set(named)].toSorted() }).slice(1);
  assertFewEnough(roles);
  const attempt = { action, userId: null, detail: { roles } } as const;
  return untilWritten(() =>
    recordRefusal(ctx, attempt, async () => {
      if (roles.length > 0) assertHolds(ctx.actor, ["roles:assign"]);
      const judged = await findGrantable(ctx, roles, named);
      return write(ctx, { email, ...columns }, judged);
    }),
  );
}

/** Null, and nothing is written, if a role changed since it was judged. */
async function write(
  ctx: Context,
  columns: { email: string } & ReturnType<typeof profileColumnsOf>,
  judged: readonly RoleReading[],
): Promise<Account | null> {
  const roles = judged.map(({ name }) => name).toSorted();
  const now = ctx.clock.now();
  const userId = ctx.random.id(now);
  const { email } = columns;
  const created = ctx.db.$with("created").as(
    ctx.db
      .insert(users)
      .values({
        id: userId,
        ...columns,
        credentialsVersion: firstCredentialsVersion,
        // The invitation says it all: no reminder is due.
        verifyRemindersSent: ctx.settings.verifyRemindersSeconds.length,
        createdAt: now,
        updatedAt: now,
      })
      .returning(accountColumns),
  );
  try {
    const [row] = await withEffects(ctx.db, created, [
      giveRoles(ctx, judged),
      ...invite(ctx, { userId, email }),
      recordAudit(ctx, { action, result: "success", userId, detail: { roles } }),
      recordEvent(ctx, "user.registered", { user_id: userId, email }),
    ])
      .select()
      .from(created);
    ctx.outboxWritten();
    return row ? { ...row, roles } : null;
  } catch (error) {
    if (isRoleGone(error)) return null;
    throw duplicate(error) ?? error;
  }
}

/** The link lives as long as one that verifies an address: whoever is invited does not wait for it. */
function invite(ctx: Context, { userId, email }: { userId: string; email: string }): Effect[] {
  const linkTtlSeconds = ctx.settings.verifyEmailTtlSeconds;
  const purpose = "reset-password";
  const { token, effect } = issueChallenge(ctx, {
    userId,
    credentialsVersion: firstCredentialsVersion,
    email,
    purpose,
    linkTtlSeconds,
    hasCode: false,
  });
  const mail = queueMail(ctx, {
    userId,
    to: email,
    usefulUntil: addSeconds(ctx.clock.now(), linkTtlSeconds),
    content: {
      kind: "reset-password",
      isInvitation: true,
      linkTtlSeconds,
      secrets: { link: challengeLink(ctx, purpose, token) },
    },
  });
  return [effect, mail];
}
