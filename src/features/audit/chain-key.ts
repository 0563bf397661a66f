import { type SQL, sql } from "drizzle-orm";

import { createKeyedHash } from "../../kernel/bytes.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import type { SealedPlace, Secrets } from "../../platform/secrets/port.ts";
import type { ChainKey } from "./chain-hash.ts";
import { type ChainPosition, formatChainPosition } from "./chain-position.ts";
import {
  type Chain,
  hasKeyCount,
  hasKeys,
  readChain,
  UnusableChainError,
} from "./chain-queries.ts";
import { recordAudit } from "./record-audit.ts";
import { auditChain, type StoredChainKey } from "./table.ts";

/** The newest key. The form distinguishes it from everything else that is sealed with the same secrets. */
const newestForm = /^audit-chain ([\w-]{43})$/;
/** A key that was replaced, with the last row that it sealed. It stays a replaced one if the keys after it are removed. */
const replacedForm = /^audit-chain-retired (\S+) ([\w-]{43})$/;

/** Why a chain cannot be verified or continued, for an operator. */
export const keyCannotBeOpened =
  "its key cannot be opened: ENCRYPTION_KEY, or JWT_SECRET_KEY if that is unset, is not the one that sealed it, and neither is ENCRYPTION_KEY_PREVIOUS";

const keyWasReplaced =
  "its newest key was removed: the one before it was replaced after a leak, and seals nothing any more";

/** A key of the chain, and the rows that it sealed. */
export interface ChainSpan {
  readonly after: ChainPosition;
  /** The sequence of the last row; that of the newest key ends with the chain. */
  readonly upTo: number;
  readonly firstRow: string | null;
  /** Null if it cannot be used. */
  readonly key: ChainKey | null;
  /** Whether it was replaced by a key that is missing: it must not seal or prove anything. */
  readonly lacksSuccessor: boolean;
}

/** Why the newest key cannot be used, for an operator. */
export function whyUnusable(newest: ChainSpan | undefined): string {
  return newest?.lacksSuccessor ? keyWasReplaced : keyCannotBeOpened;
}

/** The keys of a chain with their rows, in order. Before the first row is sealed there is none. */
export function openChainKeys(secrets: Secrets, { keys, head }: Chain): readonly ChainSpan[] {
  return keys.map(({ after, firstRow, sealed }, index) => {
    const next = keys[index + 1];
    const text = openText(secrets, sealed, index);
    const key = readKey(text, next);
    return {
      after,
      upTo: next?.after.sequence ?? head.sequence,
      firstRow,
      key: key === null ? null : createKeyedHash(key),
      lacksSuccessor: next === undefined && replacedForm.test(text),
    };
  });
}

function openText(secrets: Secrets, sealed: string, index: number): string {
  return secrets.open(sealed, placeOf(index)) ?? "";
}

/** The key of an opened text, if it is one for this place: the newest, or one that was replaced by `next`. */
function readKey(text: string, next: StoredChainKey | undefined): string | null {
  if (next === undefined) return newestForm.exec(text)?.[1] ?? null;
  const [, upTo, key = null] = replacedForm.exec(text) ?? [];
  return upTo === formatChainPosition(next.after) ? key : null;
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

/** The stored keys with the newest one in the form of a replaced one. One that cannot be opened stays as it is. */
export function replaceNewestKey(
  secrets: Secrets,
  { keys, head }: Chain,
  successor: StoredChainKey,
): readonly StoredChainKey[] {
  const replaced = keys.map((stored, index) => {
    const isNewest = index === keys.length - 1;
    const key = isNewest ? readKey(openText(secrets, stored.sealed, index), undefined) : null;
    if (key === null) return stored;
    const text = `audit-chain-retired ${formatChainPosition(head)} ${key}`;
    return { ...stored, sealed: secrets.seal(text, placeOf(index)) };
  });
  return [...replaced, successor];
}

/**
 * The chain's newest key, created before the first row is sealed. Null when another replica was first; the next call finds the
 * key. Throws `UnusableChainError` when it cannot be opened.
 */
export async function keepChainKey(ctx: Platform, chain: Chain): Promise<ChainKey | null> {
  const newest = openChainKeys(ctx.secrets, chain).at(-1);
  if (newest?.key) return newest.key;
  if (newest || chain.head.sequence > 0) throw new UnusableChainError(whyUnusable(newest));
  const { stored, key } = createChainKey(ctx, 0, {
    after: { sequence: 0, hash: "" },
    firstRow: null,
  });
  const kept = await ctx.db
    .update(auditChain)
    .set({ keys: [stored] })
    .where(hasKeyCount(0))
    .returning({ one: sql`1` });
  return kept.length > 0 ? key : null;
}

/** Whether `resealChainKeys` has anything to do or to refuse, as a condition of a query on any rows. */
export function isChainToReseal({ secrets }: Context): SQL {
  const keys = sql`jsonb_array_elements(${auditChain.keys}) as "key"`;
  return sql`(not exists (select from ${auditChain}) or exists (
    select from ${auditChain}, ${keys} where not starts_with("key" ->> 'sealed', ${secrets.currentPrefix})))`;
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
    // The key of a chain that was taken for lost is not kept: it would seal again if the keys after it were removed.
    const isKept =
      sealed !== null && readKey(openText(secrets, sealed, index), keys[index + 1]) !== null;
    return isKept ? { ...key, sealed } : key;
  });
  const resealed = renewed.filter((key, index) => key !== keys[index]).length;
  const unopened = due.length - resealed;
  if (resealed === 0) return { resealed, unopened };
  const query = ctx.db
    .update(auditChain)
    .set({ keys: renewed })
    .where(hasKeys(keys))
    .returning({ id: auditChain.id });
  const detail = { table: "audit_chain", count: resealed };
  const written = await commit(ctx, { query }, () => [
    recordAudit(ctx, { action: "secrets.resealed", result: "success", userId: null, detail }),
  ]);
  return { resealed: written.length > 0 ? resealed : 0, unopened };
}
