import type { Context } from "../../platform/platform.ts";
import { deleteAuditRows } from "./delete-expired.ts";
import { recordAudit } from "./record-audit.ts";
import { auditTable } from "./table.ts";

/** What `pruneAuditLog` needs of the database beside its statements. */
interface Space {
  checkpoint(): Promise<void>;
  compact(table: string): Promise<boolean | null>;
}

/** The number of deleted rows, and whether their space was given back to the disk (`Database.compact`). */
export interface Pruned {
  readonly deleted: number;
  readonly isCompacted: boolean | null;
}

/**
 * Deletes the rows of the audit log that were written up to `before`, as `AUDIT_RETENTION` does: the chain begins after them, and
 * the rest verifies. That is recorded by the statement that deletes the first rows. Throws `UnusableChainError`.
 */
export async function pruneAuditLog(ctx: Context, before: Date, space: Space): Promise<Pruned> {
  const entry = recordAudit(ctx, {
    action: "audit.pruned",
    result: "success",
    userId: null,
    detail: { before: before.toISOString() },
  });
  let deleted = 0;
  for (let last = await deleteAuditRows(ctx, before, [entry]); last > 0;) {
    deleted += last;
    // The log of the deletions would take more space than there may be.
    await space.checkpoint();
    last = await deleteAuditRows(ctx, before);
  }
  return { deleted, isCompacted: deleted > 0 ? await space.compact(auditTable) : null };
}
