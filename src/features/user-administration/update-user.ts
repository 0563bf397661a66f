import { commit } from "../../platform/db/commit.ts";
import type { Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import {
  duplicate,
  endReservation,
  endReservationOfWanted,
  grantedUsername,
  nextCredentialsVersion,
  profileColumnsOf,
  type ProfileUpdate,
  users,
} from "../users/index.ts";
import { endSessionsOf } from "../sessions/index.ts";
import { type Account, accountColumns } from "./account.ts";
import type { AccountReading } from "./find-account.ts";
import { type AdministrativeAction, administerUser, isAsRead } from "./administer-user.ts";
import type { UserUpdate } from "./model.ts";

const action = "user.updated";

/** How an address is verified here. */
const byAdministrator = { by: "administrator" };

/** What an update changes about a user as they were read; a value that the user has already is no change. */
interface UserChange {
  readonly profile: ProfileUpdate;
  readonly disables: boolean;
  readonly enables: boolean;
  readonly verifies: boolean;
}

/**
 * Changes a user and gives the user after the change. Disabling a user ends their sessions and voids their links and codes.
 * Throws `USER_NOT_FOUND`, `VALIDATION_ERROR`, `DUPLICATE_USERNAME`, `FORBIDDEN`, `CONFLICT` (the last admin).
 */
export async function updateUser(
  ctx: Context,
  userId: string,
  update: UserUpdate,
): Promise<Account> {
  const { status, email_verified: setsVerified = false, ...profile } = update;
  const columns = profileColumnsOf(profile);
  return administerUser(ctx, { userId, actions: actionsOf(update) }, async (account) => {
    const change: UserChange = {
      profile,
      disables: status === "disabled" && account.disabledAt === null,
      enables: status === "active" && account.disabledAt !== null,
      verifies: setsVerified && account.emailVerifiedAt === null,
    };
    return fieldsOf(change).length === 0 ? account : write(ctx, account, change, columns);
  });
}

/** The actions of an update, as they are recorded when they are refused. */
function actionsOf({
  status,
  email_verified: setsVerified,
  ...profile
}: UserUpdate): AdministrativeAction[] {
  const fields = Object.keys(profile);
  const others: AdministrativeAction[] = [
    ...(status === "disabled" ? [{ action: "user.disabled" } as const] : []),
    ...(status === "active" ? [{ action: "user.enabled" } as const] : []),
    ...(setsVerified ? [{ action: "user.email_verified", detail: byAdministrator } as const] : []),
  ];
  return fields.length > 0 || others.length === 0
    ? [{ action, detail: { fields } }, ...others]
    : others;
}

/** Null, and nothing is written, if the user changed since they were read. */
async function write(
  ctx: Context,
  account: AccountReading,
  change: UserChange,
  columns: ReturnType<typeof profileColumnsOf>,
): Promise<Account | null> {
  const now = ctx.clock.now();
  const { id: userId } = account;
  const { disables, enables, verifies } = change;
  const query = ctx.db
    .update(users)
    .set({
      ...(verifies
        ? { emailVerifiedAt: now, username: grantedUsername(ctx), wantedUsername: null }
        : {}),
      ...columns,
      ...(disables ? { disabledAt: now, credentialsVersion: nextCredentialsVersion } : {}),
      ...(enables ? { disabledAt: null } : {}),
      updatedAt: now,
    })
    .where(isAsRead(account))
    .returning(accountColumns);
  const announce = () => ({ subject: "user", id: userId }) as const;
  const effects = effectsOf(ctx, account, change);
  const [row] = await commit(ctx, { query, announce }, () => effects).catch((error: unknown) => {
    const refusal = duplicate(error);
    if (refusal === null) throw error;
    // Another user got the wanted username meanwhile, and the update has none.
    if (columns.username === undefined) return [];
    throw refusal;
  });
  return row ?? null;
}

function effectsOf(
  ctx: Context,
  { id: userId, email }: AccountReading,
  change: UserChange,
): Effect[] {
  const { disables, enables, verifies } = change;
  const fields = Object.keys(change.profile);
  const { username } = change.profile;
  const done = { result: "success", userId } as const;
  return [
    ...(typeof username === "string" ? [endReservation(ctx, username)] : []),
    ...(verifies && username === undefined ? [endReservationOfWanted(ctx, userId)] : []),
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
          recordAudit(ctx, { ...done, action: "user.email_verified", detail: byAdministrator }),
          ...recordEvent(ctx, "user.email_verified", { user_id: userId, email }),
        ]
      : []),
    ...recordEvent(ctx, action, { user_id: userId, fields: fieldsOf(change) }),
  ];
}

/** The changed fields, by their names in the API. */
function fieldsOf({ profile, disables, enables, verifies }: UserChange): string[] {
  return [
    ...Object.keys(profile),
    ...(disables || enables ? ["status"] : []),
    ...(verifies ? ["email_verified"] : []),
  ];
}
