import { and, isNull, lte, ne, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { type Effect, once, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordAudit } from "../audit/index.ts";
import { longestTokenLifeSeconds } from "./lifetimes.ts";
import { signingKeys } from "./table.ts";

/** Retires the keys of an algorithm that is out of use: a replica that signed with it would have replaced them in time. */
export async function retireUnusedKeys(ctx: Context): Promise<void> {
  const { settings } = ctx;
  const now = ctx.clock.now();
  const dueBy = addSeconds(now, -settings.jwtKeyRotationSeconds);
  const retired = ctx.db.$with("retired").as(
    ctx.db
      .update(signingKeys)
      .set({ verifyUntil: addSeconds(now, longestTokenLifeSeconds(settings)) })
      .where(
        and(
          isNull(signingKeys.verifyUntil),
          ne(signingKeys.algorithm, sql`${settings.jwtAlgorithm}`),
          lte(signingKeys.activeFrom, dueBy),
        ),
      )
      .returning({ id: signingKeys.id }),
  );
  const rows = await withEffects(ctx.db, retired, [
    recordAll(ctx, "signing_key.retired", "retired"),
  ])
    .select()
    .from(retired);
  announce(ctx, rows.length);
}

/** Deletes the keys that verify nothing any more. */
export async function deleteExpiredKeys(ctx: Context): Promise<void> {
  const deleted = ctx.db
    .$with("deleted")
    .as(
      ctx.db
        .delete(signingKeys)
        .where(lte(signingKeys.verifyUntil, ctx.clock.now()))
        .returning({ id: signingKeys.id }),
    );
  const rows = await withEffects(ctx.db, deleted, [
    recordAll(ctx, "signing_key.deleted", "deleted"),
  ])
    .select()
    .from(deleted);
  announce(ctx, rows.length);
}

function announce(ctx: Context, count: number): void {
  if (count > 0) ctx.changes.announce({ subject: "keys", id: "" });
}

/** One audit row for all of them. */
function recordAll(ctx: Context, action: AuditAction, changed: string): Effect {
  const ids = sql`(select jsonb_agg("id") from ${sql.identifier(changed)})`;
  const detail = sql`jsonb_build_object('key_ids', ${ids})`;
  return once(recordAudit(ctx, { action, result: "success", userId: null, detail }));
}
