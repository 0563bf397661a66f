import { Type } from "@sinclair/typebox";
import { eq } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import { compileOnUse } from "../../kernel/schema-check.ts";
import type { Db } from "../../platform/db/port.ts";
import type { SealedRow } from "./chain-queries.ts";
import { auditLog } from "./table.ts";

/** What the first row under a new key says of the rows under the key before it: their end, and a digest without a key. */
export interface Attestation {
  /** The end of the rows before, in the form of a head. */
  readonly previous_head: string;
  /** The first row that the digest includes; those before it were deleted after `AUDIT_RETENTION`. */
  readonly previous_from: number;
  readonly previous_digest: string;
}

const attestation = compileOnUse(
  Type.Object({
    previous_head: Type.String(),
    previous_from: Type.Integer(),
    previous_digest: Type.String(),
  }),
);

/** The digest of no rows. */
export const emptyDigest = "";

/** The digest of rows and of one more. Anyone can compute it: it proves something only where it is sealed. */
export function digestWith(digest: string, { sequence, hash, content }: SealedRow): string {
  return sha256(`${digest}\n${sequence}\n${hash}\n${content}`);
}

/** What the row says of the rows before it; null if there is no such row. */
export async function readAttestation(db: Db, id: string): Promise<Attestation | null> {
  const [row] = await db
    .select({ detail: auditLog.detail })
    .from(auditLog)
    .where(eq(auditLog.id, id));
  return attestation.Check(row?.detail) ? row.detail : null;
}
