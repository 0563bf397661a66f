import { and, isNull, lte, notInArray, type SQL, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import { type Effect, once } from "../../platform/db/effects.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import type { Context } from "../../platform/platform.ts";
import { type AuditAction, recordAudit } from "../audit/index.ts";
import { readSigningAlgorithms } from "./algorithms.ts";
import { longestTokenLifeSeconds } from "./queries.ts";
import { rotateKeysWhenDue } from "./rotate-key.ts";
import { signingKeys } from "./table.ts";

/** Rotates, retires and deletes the keys for which that is due. Replicas may run this at any time, also at once. */
export async function maintainKeys(ctx: Context): Promise<void> {
  await rotateKeysWhenDue(ctx);
  await retireUnusedKeys(ctx);
  await deleteExpiredKeys(ctx);
}

const announce = () => ({ subject: "keys", id: "" }) as const;

/** Retires the keys of an algorithm that is out of use: a replica that signed with it would have replaced them in time. */
async function retireUnusedKeys(ctx: Context): Promise<void> {
  const { settings } = ctx;
  const inUse = await readSigningAlgorithms(ctx);
  const now = ctx.clock.now();
  const dueBy = addSeconds(now, -settings.jwtKeyRotationSeconds);
  const query = ctx.db
    .update(signingKeys)
    .set({ verifyUntil: addSeconds(now, longestTokenLifeSeconds(settings)) })
    .where(
      and(
        isNull(signingKeys.verifyUntil),
        notInArray(signingKeys.algorithm, inUse),
        lte(signingKeys.activeFrom, dueBy),
      ),
    )
    .returning({ id: signingKeys.id });
  await commit(ctx, { query, announce }, ({ id }, rows) => [
    recordAll(ctx, "signing_key.retired", sql`(select jsonb_agg(${id}) from ${rows})`),
  ]);
}

/** Deletes the keys that verify nothing any more. */
async function deleteExpiredKeys(ctx: Context): Promise<void> {
  await deleteKeys(ctx, lte(signingKeys.verifyUntil, ctx.clock.now()));
}

/** Deletes every key but these: every replica refuses what the others have signed. Gives their number. */
export function deleteOtherKeys(ctx: Context, ids: readonly string[]): Promise<number> {
  return deleteKeys(ctx, notInArray(signingKeys.id, [...ids]));
}

async function deleteKeys(ctx: Context, where: SQL): Promise<number> {
  const query = ctx.db.delete(signingKeys).where(where).returning({ id: signingKeys.id });
  const deleted = await commit(ctx, { query, announce }, ({ id }, rows) => [
    recordAll(ctx, "signing_key.deleted", sql`(select jsonb_agg(${id}) from ${rows})`),
  ]);
  return deleted.length;
}

/** One audit row for all keys. */
function recordAll(ctx: Context, action: AuditAction, ids: SQL): Effect {
  const detail = jsonObject({ key_ids: ids });
  return once(recordAudit(ctx, { action, result: "success", userId: null, detail }));
}
