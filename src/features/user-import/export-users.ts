import { and, asc, count, eq, exists, gt, isNull, type SQL } from "drizzle-orm";

import { formatTimestamp } from "../../kernel/clock.ts";
import { plainBcrypt } from "../../platform/password-hasher/imported/bcrypt-of-others.ts";
import type { Context } from "../../platform/platform.ts";
import { writeAudit } from "../audit/index.ts";
import { identities } from "../identities/index.ts";
import { hasSecondFactor } from "../mfa/index.ts";
import { passkeys } from "../passkeys/index.ts";
import { baseRole, userColumns } from "../roles/index.ts";
import { profileColumns, users } from "../users/index.ts";
import type { Loss } from "./entries.ts";

const batchSize = 1000;

/** Lines of an export, and their number. */
export interface ExportedLines {
  readonly text: string;
  readonly count: number;
}

/**
 * All users who are not deleted, with their password hashes, in the order of their ids, as lines of JSON that an import accepts,
 * some at a time. The same users are the same bytes on every database.
 */
export async function* exportUsers(ctx: Context): AsyncGenerator<ExportedLines> {
  await writeAudit(ctx, { action: "user.exported", result: "success", userId: null });
  for (let after: string | null = null; ;) {
    const batch = await selectUsers(ctx, after);
    if (batch.length === 0) return;
    const text = batch.map((user) => `${JSON.stringify(lineOf(user))}\n`).join("");
    yield { text, count: batch.length };
    after = batch.at(-1)?.id ?? null;
  }
}

type ExportedUser = Awaited<ReturnType<typeof selectUsers>>[number];

function selectUsers({ db }: Context, after: string | null) {
  return db
    .select({
      ...userColumns,
      ...profileColumns,
      passwordHash: users.passwordHash,
      disabledAt: users.disabledAt,
      createdAt: users.createdAt,
    })
    .from(users)
    .where(and(isNull(users.deletedAt), after === null ? undefined : gt(users.id, after)))
    .orderBy(asc(users.id))
    .limit(batchSize);
}

/** Fields without a value are left out. */
function lineOf(user: ExportedUser) {
  const { email, id, username, name, phone, avatarUrl, locale, metadata, passwordHash } = user;
  // The order of the database depends on its collation.
  const roles = user.roles.filter((role) => role !== baseRole).toSorted();
  return {
    email,
    id,
    ...(username === null ? {} : { username }),
    ...(name === null ? {} : { name }),
    ...(phone === null ? {} : { phone }),
    ...(avatarUrl === null ? {} : { avatar_url: avatarUrl }),
    ...(locale === null ? {} : { locale }),
    ...(Object.keys(metadata).length === 0 ? {} : { metadata }),
    ...(passwordHash === null ? {} : { password_hash: plainBcrypt(passwordHash) }),
    email_verified: user.emailVerifiedAt !== null,
    ...(roles.length === 0 ? {} : { roles }),
    ...(user.disabledAt === null ? {} : { disabled: true }),
    created_at: formatTimestamp(user.createdAt),
  };
}

/** How many users have what an export does not contain, because it is bound to this installation. */
export async function countUnexported(ctx: Context): Promise<ReadonlyMap<Loss, number>> {
  const { db } = ctx;
  const ofUser = (table: typeof identities | typeof passkeys): SQL =>
    exists(db.select({ id: table.id }).from(table).where(eq(table.userId, users.id)));
  const countWith = async (condition: SQL): Promise<number> => {
    const rows = await db
      .select({ users: count() })
      .from(users)
      .where(and(isNull(users.deletedAt), condition));
    return rows[0]?.users ?? 0;
  };
  const counts: [Loss, number][] = [
    ["a second factor", await countWith(hasSecondFactor(ctx))],
    ["passkeys", await countWith(ofUser(passkeys))],
    ["linked identities", await countWith(ofUser(identities))],
  ];
  return new Map(counts.filter(([, found]) => found > 0));
}
