import { sql } from "drizzle-orm";

import { createKeyedHash } from "../../kernel/bytes.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import type { SealedPlace, Secrets } from "../../platform/secrets/port.ts";
import type { ChainKey } from "./chain-hash.ts";
import type { ChainPosition } from "./chain-position.ts";
import { type Chain, hasKeys, readChain, UnusableChainError } from "./chain-queries.ts";
import { recordAudit } from "./record-audit.ts";
import { auditChain, type StoredChainKey } from "./table.ts";

/** Distinguishes the key from everything else that is sealed with the same secrets, whose content others may know. */
const keyForm = /^audit-chain ([\w-]{43})$/;

/** Why a chain cannot be verified or continued, for an operator. */
export const keyCannotBeOpened =
  "its key cannot be opened: ENCRYPTION_KEY, or JWT_SECRET_KEY if that is unset, is not the one that sealed it, and neither is ENCRYPTION_KEY_PREVIOUS";

/** A key of the chain, and the rows that it sealed. */
export interface ChainSpan {
  readonly after: ChainPosition;
  /** The sequence of the last row; that of the newest key ends with the chain. */
  readonly upTo: number;
  readonly firstRow: string | null;
  /** Null if no secret of the settings opens it. */
  readonly key: ChainKey | null;
}

/** The keys of a chain with their rows, in order. Before the first row is sealed there is none. */
export function openChainKeys(secrets: Secrets, { keys, head }: Chain): readonly ChainSpan[] {
  return keys.map(({ after, firstRow, sealed }, index) => {
    const key = openKey(secrets, sealed, index);
    return {
      after,
      upTo: keys[index + 1]?.after.sequence ?? head.sequence,
      firstRow,
      key: key === null ? null : createKeyedHash(key),
    };
  });
}

function openKey(secrets: Secrets, sealed: string, index: number): string | null {
  return keyForm.exec(secrets.open(sealed, placeOf(index)) ?? "")?.[1] ?? null;
}

/** Each key of the chain has its own place. */
function placeOf(index: number): SealedPlace {
  return { column: auditChain.keys, row: String(index) };
}

/** A new key, as it is stored and for use. */
export function createChainKey(
  { random, secrets }: Pick<Platform, "random" | "secrets">,
  index: number,
  { after, firstRow }: Pick<StoredChainKey, "after" | "firstRow">,
): { stored: StoredChainKey; key: ChainKey } {
  const key = random.token(256);
  const sealed = secrets.seal(`audit-chain ${key}`, placeOf(index));
  return { stored: { after, firstRow, sealed }, key: createKeyedHash(key) };
}

/**
 * The chain's newest key, created before the first row is sealed. Null when another replica was first; the next call finds the
 * key. Throws `UnusableChainError` when it cannot be opened.
 */
export async function keepChainKey(ctx: Platform, chain: Chain): Promise<ChainKey | null> {
  const newest = openChainKeys(ctx.secrets, chain).at(-1);
  if (newest?.key) return newest.key;
  if (newest || chain.head.sequence > 0) throw new UnusableChainError(keyCannotBeOpened);
  const { stored, key } = createChainKey(ctx, 0, {
    after: { sequence: 0, hash: "" },
    firstRow: null,
  });
  const kept = await ctx.db
    .update(auditChain)
    .set({ keys: [stored] })
    .where(hasKeys(0))
    .returning({ one: sql`1` });
  return kept.length > 0 ? key : null;
}

/** Seals the chain's keys again that another key than the present one has sealed, unless they were changed meanwhile. */
export async function resealChainKeys(
  ctx: Context,
): Promise<{ resealed: number; unopened: number }> {
  const { keys } = await readChain(ctx.db);
  const { secrets } = ctx;
  const due = keys.filter(({ sealed }) => !sealed.startsWith(secrets.currentPrefix));
  if (due.length === 0) return { resealed: 0, unopened: 0 };
  const renewed = keys.map((key, index) => {
    const sealed = due.includes(key) ? secrets.reseal(key.sealed, placeOf(index)) : null;
    return sealed === null ? key : { ...key, sealed };
  });
  const resealed = renewed.filter((key, index) => key !== keys[index]).length;
  const unopened = due.length - resealed;
  if (resealed === 0) return { resealed, unopened };
  const query = ctx.db
    .update(auditChain)
    .set({ keys: renewed })
    .where(sql`${auditChain.keys} = ${sql.param(keys, auditChain.keys)}::jsonb`)
    .returning({ id: auditChain.id });
  const detail = { table: "audit_chain", count: resealed };
  const written = await commit(ctx, { query }, () => [
    recordAudit(ctx, { action: "secrets.resealed", result: "success", userId: null, detail }),
  ]);
  return { resealed: written.length > 0 ? resealed : 0, unopened };
}
