import { and, eq } from "drizzle-orm";

import type { Context } from "../../platform/platform.ts";
import { userColumns, type UserRecord } from "../roles/index.ts";
import { isActiveSession, meetsSignInSettings, sessions } from "../sessions/index.ts";
import { users } from "../users/index.ts";
import { digestOf } from "./issue-code.ts";
import { authorizationCodes } from "./table.ts";

/** An authorization code's row. */
export type CodeRecord = typeof authorizationCodes.$inferSelect;

/** The row of a code, also of one that was redeemed or has expired; or null. */
export async function findCode(ctx: Context, code: string): Promise<CodeRecord | null> {
  const [found] = await ctx.db
    .select()
    .from(authorizationCodes)
    .where(eq(authorizationCodes.digest, digestOf(code)));
  return found ?? null;
}

/** A user in the session in which they allow something. */
export interface Grantor {
  readonly user: UserRecord;
  readonly amr: readonly string[];
  readonly authenticatedAt: Date;
  readonly credentialsVersion: number;
}

/** The user of an active session; null for any other, or if the user could not sign in as the settings are now. */
export async function findGrantor(ctx: Context, sessionId: string): Promise<Grantor | null> {
  const [row] = await ctx.db
    .select({
      ...userColumns,
      amr: sessions.amr,
      authenticatedAt: sessions.authenticatedAt,
      credentialsVersion: sessions.credentialsVersion,
    })
    .from(sessions)
    .innerJoin(users, isActiveSession(ctx.clock.now()))
    .where(
      and(eq(sessions.id, sessionId), meetsSignInSettings(ctx.settings.requireEmailVerification)),
    );
  if (!row) return null;
  const { amr, authenticatedAt, credentialsVersion, ...user } = row;
  return { user, amr, authenticatedAt, credentialsVersion };
}
