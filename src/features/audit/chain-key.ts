import { eq, sql } from "drizzle-orm";

import { createKeyedHash } from "../../kernel/bytes.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Platform } from "../../platform/platform.ts";
import type { Secrets } from "../../platform/secrets/port.ts";
import type { ChainKey } from "./chain-hash.ts";
import { type Chain, UnusableChainError } from "./chain-queries.ts";
import { auditChain } from "./table.ts";

/** Distinguishes the key from everything else that is sealed with the same secrets, whose content others may know. */
const keyForm = /^audit-chain ([\w-]{43})$/;

/** Why a chain cannot be verified or continued, for an operator. */
export const keyCannotBeOpened =
  "its key cannot be opened: ENCRYPTION_KEY, or JWT_SECRET_KEY if that is unset, is not the one that sealed it";

/** The chain's key, or null if there is none or no secret of the settings opens it. */
export function openChainKey(secrets: Secrets, chain: Chain): ChainKey | null {
  const key = openKey(secrets, chain);
  return key === null ? null : createKeyedHash(key);
}

function openKey(secrets: Secrets, { sealedKeys }: Chain): string | null {
  for (const sealed of sealedKeys) {
    const [, key] = keyForm.exec(secrets.open(sealed) ?? "") ?? [];
    if (key !== undefined) return key;
  }
  return null;
}

/**
 * The chain's key, created before the first row is sealed, and sealed again when the root secret is a new one: so the chain
 * outlives every change of the server's secrets. Null when another replica was first; the next call finds the key. Throws
 * `UnusableChainError` when it cannot be opened.
 */
export async function keepChainKey(ctx: Platform, chain: Chain): Promise<ChainKey | null> {
  const { db, random, secrets } = ctx;
  const known = openKey(secrets, chain);
  if (known !== null) {
    if (!chain.sealedKeys.some((sealed) => secrets.isCurrent(sealed))) {
      await addSealedKey(db, chain, secrets.seal(`audit-chain ${known}`));
    }
    return createKeyedHash(known);
  }
  if (chain.sealedKeys.length > 0 || chain.head.sequence > 0) {
    throw new UnusableChainError(keyCannotBeOpened);
  }
  const key = random.token(256);
  const isKept = await addSealedKey(db, chain, secrets.seal(`audit-chain ${key}`));
  return isKept ? createKeyedHash(key) : null;
}

/** False when another replica has added one since. */
async function addSealedKey(db: Db, { sealedKeys }: Chain, sealed: string): Promise<boolean> {
  const added = await db
    .update(auditChain)
    .set({ sealedKeys: sql`array_append(${auditChain.sealedKeys}, ${sealed}::text)` })
    .where(eq(sql`cardinality(${auditChain.sealedKeys})`, sealedKeys.length))
    .returning({ one: sql`1` });
  return added.length > 0;
}
