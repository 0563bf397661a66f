import { commit } from "../../platform/db/commit.ts";
import { untilWritten } from "../../platform/db/row-version.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { mailLink } from "../email-challenges/index.ts";
import { recordEvent } from "../events/index.ts";
import {
  assertFewEnough,
  assertHolds,
  findGrantable,
  giveRoles,
  isRoleGone,
  type RoleReading,
  rolesOf,
} from "../roles/index.ts";
import {
  canonicalEmail,
  duplicate,
  endReservation,
  firstCredentialsVersion,
  profileColumnsOf,
  users,
} from "../users/index.ts";
import { type Account, accountColumns } from "./account.ts";
import type { NewUser } from "./model.ts";

const action = "user.created";

/**
 * Creates an account without a password and mails its owner a link to choose one, which also verifies the address. Throws
 * `INVALID_EMAIL`, `VALIDATION_ERROR`, `DUPLICATE_EMAIL`, `DUPLICATE_USERNAME`, `FORBIDDEN` (a role has a permission that the
 * actor lacks, or the actor may not assign roles).
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
      const granted = await findGrantable(ctx, roles, named);
      return write(ctx, { email, ...columns }, granted);
    }),
  );
}

/** Null, and nothing is written, if a role changed since it was read. */
async function write(
  ctx: Context,
  columns: { email: string } & ReturnType<typeof profileColumnsOf>,
  granted: readonly RoleReading[],
): Promise<Account | null> {
  const roles = granted.map(({ name }) => name).toSorted();
  const now = ctx.clock.now();
  const userId = ctx.random.id(now);
  const { email } = columns;
  const credentialsVersion = firstCredentialsVersion;
  const query = ctx.db
    .insert(users)
    .values({
      id: userId,
      ...columns,
      credentialsVersion,
      // The invitation asks for the same, so that no reminder is due.
      verifyRemindersSent: ctx.settings.verifyRemindersSeconds.length,
      createdAt: now,
      updatedAt: now,
    })
    .returning(accountColumns);
  const { challenge, mail } = mailLink(
    ctx,
    { userId, credentialsVersion, email },
    {
      kind: "reset-password",
      isInvitation: true,
      // As long as a link that verifies an address: an invited user is not waiting for the mail.
      linkTtlSeconds: ctx.settings.verifyEmailTtlSeconds,
    },
  );
  try {
    const [row] = await commit(ctx, { query }, () => [
      ...(typeof columns.username === "string" ? [endReservation(ctx, columns.username)] : []),
      giveRoles(ctx, userId, granted),
      challenge,
      mail,
      recordAudit(ctx, { action, result: "success", userId, detail: { roles } }),
      ...recordEvent(ctx, "user.registered", { user_id: userId, email }),
    ]);
    return row ? { ...row, roles } : null;
  } catch (error) {
    if (isRoleGone(error)) return null;
    throw duplicate(error) ?? error;
  }
}
