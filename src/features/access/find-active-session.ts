import { and, eq, type SQL, sql } from "drizzle-orm";

import {
  preparedQuery,
  type ParameterSource,
  type QueryValue,
} from "../../platform/db/prepared-query.ts";
import type { Db } from "../../platform/db/port.ts";
import { clients } from "../clients/index.ts";
import { heldPermissions, heldWithoutMfa, userColumns } from "../roles/index.ts";
import { profileColumns, users } from "../users/index.ts";
import { isActiveSession, meetsSignInSettings, sessions } from "../sessions/index.ts";

/** The user of an active session, with the user's permissions, and when the session ends by itself; null for any other. */
export async function findActiveSession(db: Db, sessionId: string, now: Date) {
  const [session] = await find(db, { sessionId, now });
  return session ?? null;
}

/** The same for the digest of a browser's token. A user who could not sign in as the settings are now has none. */
export async function findActiveBrowserSession(
  db: Db,
  sent: { readonly tokenHash: string; readonly required: boolean; readonly now: Date },
) {
  const [session] = await findInBrowser(db, sent);
  return session ?? null;
}

/** An active session and its user. */
export type ActiveSession = NonNullable<Awaited<ReturnType<typeof findActiveSession>>>;

const find = preparedQuery((db, parameter: ParameterSource<{ sessionId: string; now: Date }>) =>
  selectActive(
    db,
    parameter(({ now }) => now),
    eq(
      sessions.id,
      parameter(({ sessionId }) => sessionId),
    ),
  ),
);

const findInBrowser = preparedQuery(
  (db, parameter: ParameterSource<{ tokenHash: string; required: boolean; now: Date }>) =>
    selectActive(
      db,
      parameter(({ now }) => now),
      and(
        eq(
          sessions.browserTokenHash,
          parameter(({ tokenHash }) => tokenHash),
        ),
        meetsSignInSettings(parameter(({ required }) => required)),
      ),
    ),
);

function selectActive(db: Db, now: QueryValue<Date>, which: SQL | undefined) {
  return db
    .select({
      ...userColumns,
      ...profileColumns,
      createdAt: users.createdAt,
      updatedAt: users.updatedAt,
      permissions: heldPermissions,
      permissionsWithoutMfa: heldWithoutMfa,
      sessionId: sessions.id,
      amr: sessions.amr,
      expiresAt: sessions.expiresAt,
      absoluteExpiresAt: sessions.absoluteExpiresAt,
      lastUsedAt: sessions.lastUsedAt,
      clientId: sessions.clientId,
      isTrustedClient: sql<boolean>`coalesce((
        select ${clients.trusted} from ${clients} where ${clients.clientId} = ${sessions.clientId}), false)`,
    })
    .from(sessions)
    .innerJoin(users, isActiveSession(now))
    .where(which);
}
