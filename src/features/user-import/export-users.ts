import { and, asc, gt, isNull } from "drizzle-orm";

import { plainBcrypt } from "../../platform/password-hasher/imported/bcrypt-of-others.ts";
import type { Context } from "../../platform/platform.ts";
import { writeAudit } from "../audit/index.ts";
import { userColumns } from "../roles/index.ts";
import { users } from "../users/index.ts";

const batchSize = 1000;

/** All users who are not deleted, with their password hashes, as lines of JSON that an import accepts, some at a time. */
export async function* exportUsers(ctx: Context): AsyncGenerator<string> {
  await writeAudit(ctx, { action: "user.exported", result: "success", userId: null });
  for (let after: string | null = null; ;) {
    const batch = await selectUsers(ctx, after);
    if (batch.length === 0) return;
    yield batch.map((user) => `${JSON.stringify(lineOf(user))}\n`).join("");
    after = batch.at(-1)?.id ?? null;
  }
}

type ExportedUser = Awaited<ReturnType<typeof selectUsers>>[number];

function selectUsers({ db }: Context, after: string | null) {
  return db
    .select({ ...userColumns, passwordHash: users.passwordHash, disabledAt: users.disabledAt })
    .from(users)
    .where(and(isNull(users.deletedAt), after === null ? undefined : gt(users.id, after)))
    .orderBy(asc(users.id))
    .limit(batchSize);
}

/** Fields without a value are left out. */
function lineOf({ email, username, name, passwordHash, roles, ...user }: ExportedUser) {
  return {
    email,
    ...(username === null ? {} : { username }),
    ...(name === null ? {} : { name }),
    ...(passwordHash === null ? {} : { password_hash: plainBcrypt(passwordHash) }),
    email_verified: user.emailVerifiedAt !== null,
    ...(user.disabledAt === null ? {} : { disabled: true }),
    ...(roles.length === 0 ? {} : { roles }),
  };
}
