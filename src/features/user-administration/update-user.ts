import { type Effect, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import {
  duplicate,
  grantedUsername,
  nextCredentialsVersion,
  profileColumnsOf,
  type ProfileUpdate,
  users,
} from "../users/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { type Account, accountColumns } from "./account.ts";
import type { AccountReading } from "./find-account.ts";
import { type Deed, administerUser, isAsRead } from "./administer-user.ts";
import type { UserUpdate } from "./model.ts";

const action = "user.updated";

/** How an address comes to be verified here. */
const vouching = { by: "vouching" };

/** What an update makes of a user as she was read; what she is already is no change. */
interface UserChange {
  readonly profile: ProfileUpdate;
  readonly disables: boolean;
  readonly enables: boolean;
  readonly verifies: boolean;
}

/**
 * Changes a user and gives her as she is then. Whoever disables her ends her sessions and makes her links and codes worthless.
 * Throws `USER_NOT_FOUND`, `VALIDATION_ERROR`, `DUPLICATE_USERNAME`, `FORBIDDEN`, `CONFLICT` (she is the last admin).
 */
export async function updateUser(
  ctx: Context,
  userId: string,
  update: UserUpdate,
): Promise<Account> {
  const { status, email_verified: isVouchedFor = false, ...profile } = update;
  const columns = profileColumnsOf(profile);
  return administerUser(ctx, { userId, deeds: deedsOf(update) }, async (account) => {
    const change: UserChange = {
      profile,
      disables: status === "disabled" && account.disabledAt === null,
      enables: status === "active" && account.disabledAt !== null,
      verifies: isVouchedFor && account.emailVerifiedAt === null,
    };
    return fieldsOf(change).length === 0 ? account : write(ctx, account, change, columns);
  });
}

/** What is asked for, as it is recorded when it is refused. */
function deedsOf({ status, email_verified: isVouchedFor, ...profile }: UserUpdate): Deed[] {
  const fields = Object.keys(profile);
  const others: Deed[] = [
    ...(status === "disabled" ? [{ action: "user.disabled" } as const] : []),
    ...(status === "active" ? [{ action: "user.enabled" } as const] : []),
    ...(isVouchedFor ? [{ action: "user.email_verified", detail: vouching } as const] : []),
  ];
  return fields.length > 0 || others.length === 0
    ? [{ action, detail: { fields } }, ...others]
    : others;
}

/** Null, and nothing is written, if she changed since she was read. */
async function write(
  ctx: Context,
  account: AccountReading,
  change: UserChange,
  columns: ReturnType<typeof profileColumnsOf>,
): Promise<Account | null> {
  const now = ctx.clock.now();
  const { id: userId } = account;
  const { disables, enables, verifies } = change;
  const updated = ctx.db.$with("updated").as(
    ctx.db
      .update(users)
      .set({
        ...(verifies
          ? { emailVerifiedAt: now, username: grantedUsername, wantedUsername: null }
          : {}),
        ...columns,
        ...(disables ? { disabledAt: now, credentialsVersion: nextCredentialsVersion } : {}),
        ...(enables ? { disabledAt: null } : {}),
        updatedAt: now,
      })
      .where(isAsRead(account))
      .returning(accountColumns),
  );
  const query = withEffects(ctx.db, updated, effectsOf(ctx, account, change))
    .select()
    .from(updated);
  const [row] = await query.catch((error: unknown) => {
    const refusal = duplicate(error);
    if (refusal === null) throw error;
    // Not the one that was asked for, but the wanted one that another has got at this moment.
    if (columns.username === undefined) return [];
    throw refusal;
  });
  if (!row) return null;
  ctx.changes.announce({ subject: "user", id: userId });
  ctx.outboxWritten();
  return row;
}

function effectsOf(
  ctx: Context,
  { id: userId, email }: AccountReading,
  change: UserChange,
): Effect[] {
  const { disables, enables, verifies } = change;
  const fields = Object.keys(change.profile);
  const done = { result: "success", userId } as const;
  return [
    ...(fields.length > 0 ? [recordAudit(ctx, { ...done, action, detail: { fields } })] : []),
    ...(disables
      ? [
          endSessionsOf(ctx, { userId, reason: "user_disabled" }),
          recordAudit(ctx, { ...done, action: "user.disabled" }),
        ]
      : []),
    ...(enables ? [recordAudit(ctx, { ...done, action: "user.enabled" })] : []),
    ...(verifies
      ? [
          recordAudit(ctx, { ...done, action: "user.email_verified", detail: vouching }),
          recordEvent(ctx, "user.email_verified", { user_id: userId, email }),
        ]
      : []),
    recordEvent(ctx, action, { user_id: userId, fields: fieldsOf(change) }),
  ];
}

/** What changes, by the names of the wire form. */
function fieldsOf({ profile, disables, enables, verifies }: UserChange): string[] {
  return [
    ...Object.keys(profile),
    ...(disables || enables ? ["status"] : []),
    ...(verifies ? ["email_verified"] : []),
  ];
}
