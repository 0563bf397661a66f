import { and, eq, sql } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { storeKnownDevice } from "../devices/index.ts";
import { recordEvent } from "../events/index.ts";
import { mailChange } from "../mfa/index.ts";
import { endOtherSessions, isActiveSession, sessions } from "../sessions/index.ts";
import { users } from "../users/index.ts";
import { type PasskeyRecord, passkeyRecordColumns } from "./queries.ts";
import { passkeys } from "./table.ts";

/** What a registration proved, and the user's name for it. */
export interface NewPasskey {
  readonly name: string;
  readonly credentialId: Uint8Array;
  readonly publicKey: Uint8Array;
  readonly signCount: number;
  readonly transports: readonly string[];
  readonly isBackupEligible: boolean;
  readonly isBackedUp: boolean;
  readonly aaguid: string;
}

const action = "user.passkey_added";

/**
 * Stores a passkey of the signed-in user, ends their other sessions and mails them. Null if their session is not active any more,
 * or the credential is stored already.
 */
export async function insertPasskey(
  ctx: Context<UserActor>,
  passkey: NewPasskey,
): Promise<PasskeyRecord | null> {
  const { userId, sessionId, email } = ctx.actor;
  const now = ctx.clock.now();
  const id = ctx.random.id(now);
  const cells = { ...passkey, transports: [...passkey.transports], id, userId, createdAt: now };
  const cell = (name: keyof typeof cells) => {
    const column = passkeys[name];
    const type = sql.raw(column.getSQLType());
    return sql`${sql.param(cells[name], column)}::${type}`.as(column.name);
  };
  // The user is locked, so that a claim of the account is either seen here, or makes the passkey void by its version.
  const values = ctx.db
    .select({
      id: cell("id"),
      userId: cell("userId"),
      credentialId: cell("credentialId"),
      publicKey: cell("publicKey"),
      signCount: cell("signCount"),
      transports: cell("transports"),
      isBackupEligible: cell("isBackupEligible"),
      isBackedUp: cell("isBackedUp"),
      aaguid: cell("aaguid"),
      name: cell("name"),
      credentialsVersion: sql`${users.credentialsVersion}`.as("credentials_version"),
      createdAt: cell("createdAt"),
      lastUsedAt: sql`null::timestamptz`.as("last_used_at"),
    })
    .from(users)
    .innerJoin(sessions, and(eq(sessions.id, sessionId), isActiveSession(now)))
    .where(eq(users.id, userId))
    .for("no key update");
  const query = ctx.db
    .insert(passkeys)
    .select(values)
    .onConflictDoNothing()
    .returning({ ...passkeyRecordColumns, credentialsVersion: passkeys.credentialsVersion });
  const announce = () => ({ subject: "user", id: userId }) as const;
  const [row] = await commit(ctx, { query, announce }, () => [
    ...endOtherSessions(ctx, "passkey_added"),
    recordAudit(ctx, {
      action,
      result: "success",
      userId,
      sessionId,
      detail: { passkey_id: id, aaguid: passkey.aaguid },
    }),
    ...recordEvent(ctx, action, { user_id: userId, passkey_id: id }),
    mailChange(ctx, { userId, email }, "passkey_added"),
  ]);
  if (!row) return null;
  const { credentialsVersion, ...added } = row;
  // The statement has raised the version that the passkey has.
  storeKnownDevice(ctx, { userId, credentialsVersion: credentialsVersion + 1 });
  return added;
}
