import { and, eq, isNull, type SQL, sql } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import { deleteRows, type Effect, insertRow } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { toBase32 } from "../../platform/totp/totp.ts";
import { users } from "../users/index.ts";
import { recoveryCodes } from "./table.ts";

const count = 10;
const bytesOfCode = 10;

/** New recovery codes: each has 80 random bits, as four groups of four letters and digits. */
export async function createRecoveryCodes({ random }: Context): Promise<string[]> {
  const codes = Array.from({ length: count }, () => toBase32(random.bytes(bytesOfCode)));
  return (await Promise.all(codes)).map((code) => code.replaceAll(/.{4}(?=.)/g, "$&-"));
}

/**
 * What is stored of a recovery code: a digest of it and its user. A code is as hard to guess as a token, so that the digest needs
 * no key; one with a key would not survive two changes of `ENCRYPTION_KEY`, and the code is there for many years.
 */
export function digestOfRecoveryCode(userId: string, code: string): string {
  return sha256(`${userId} ${normalized(code)}`);
}

/** As it was typed: in any case, with or without the hyphens, with 0 for O and 1 for I. */
function normalized(code: string): string {
  return code.toUpperCase().replaceAll(/[\s-]/g, "").replaceAll("0", "O").replaceAll("1", "I");
}

/** The effect of storing a user's recovery codes. */
export function storeRecoveryCodes(ctx: Context, userId: string, codes: readonly string[]): Effect {
  const rows = codes.map((code) => ({
    id: ctx.random.id(ctx.clock.now()),
    digest: digestOfRecoveryCode(userId, code),
  }));
  return insertRow(recoveryCodes, {
    id: eachOf(rows.map(({ id }) => id)),
    userId,
    digest: eachOf(rows.map(({ digest }) => digest)),
  });
}

/** The effect of deleting a user's recovery codes. */
export function deleteRecoveryCodes(userId: string): Effect {
  return deleteRows(recoveryCodes, eq(recoveryCodes.userId, userId));
}

function eachOf(values: readonly string[]) {
  return sql<string>`jsonb_array_elements_text(${JSON.stringify(values)}::jsonb)`;
}

/** In a query on `users`: how many recovery codes the user has left. */
export function unusedRecoveryCodes({ db }: Pick<Context, "db">): SQL<number> {
  const unused = db
    .select({ count: sql`count(*)::integer` })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, users.id), isNull(recoveryCodes.usedAt)));
  return sql<number>`${unused}`;
}
