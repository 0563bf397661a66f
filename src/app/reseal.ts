import { and, asc, exists, getTableName, gt, isNotNull, or, type SQL, sql } from "drizzle-orm";
import type { PgColumn } from "drizzle-orm/pg-core";

import {
  isChainToReseal,
  recordAudit,
  resealChainKeys,
  UnusableChainError,
} from "../features/audit/index.ts";
import { sealedEvents } from "../features/events/index.ts";
import { sealedProviderTokens } from "../features/identities/index.ts";
import { sealedPrivateKeys } from "../features/keys/index.ts";
import { sealedTotpSecrets } from "../features/mfa/index.ts";
import { sealedWebhookSecrets } from "../features/webhooks/index.ts";
import { commit } from "../platform/db/commit.ts";
import { jsonObject } from "../platform/db/json-object.ts";
import { sealedMessages } from "../platform/outbox/table.ts";
import { type Context, createSystemContext, type Platform } from "../platform/platform.ts";
import type { SealedColumn } from "../platform/secrets/port.ts";

/** Every column with sealed values, but for the audit log's chain, whose row has several. A new feature adds its own here. */
const sealedColumns: readonly SealedColumn[] = [
  sealedPrivateKeys,
  sealedMessages,
  sealedEvents,
  sealedProviderTokens,
  sealedWebhookSecrets,
  sealedTotpSecrets,
];

const batchSize = 500;

/** How many values of a table were sealed again, and how many cannot be opened with the keys in the settings. */
interface Resealing {
  readonly table: string;
  readonly resealed: number;
  readonly unopened: number;
}

/**
 * Seals every stored value again that another key than the present one has sealed, so that the previous key can be removed.
 * Replicas may do this at the same time: a value is replaced only if it is the one that was read. What cannot be opened is
 * left as it is, and logged.
 */
export async function resealStoredSecrets(platform: Platform): Promise<void> {
  const ctx = createSystemContext(platform, "reseal");
  if (!(await isAnythingToReseal(ctx))) return;
  const all = await Promise.all([
    resealChain(ctx),
    ...sealedColumns.map((column) => resealColumn(ctx, column)),
  ]);
  for (const { table, resealed, unopened } of all) {
    if (resealed > 0) ctx.log.info({ table, count: resealed }, "stored secrets sealed again");
    if (unopened > 0) {
      ctx.log.error(
        { table, count: unopened },
        "stored secrets cannot be opened: ENCRYPTION_KEY_PREVIOUS must be the secret that sealed them",
      );
    }
  }
}

/** One statement: nearly every start finds nothing. */
async function isAnythingToReseal(ctx: Context): Promise<boolean> {
  const inColumns = sealedColumns.map((column) =>
    exists(
      ctx.db
        .select({ one: sql`1` })
        .from(column.sealed.table)
        .where(isToReseal(ctx, column)),
    ),
  );
  const [found] = await ctx.db
    .select({ isAny: sql<boolean>`${or(isChainToReseal(ctx), ...inColumns)}` })
    .from(sql`(values (1)) as one`);
  return found?.isAny === true;
}

function isToReseal({ secrets }: Context, { sealed, where }: SealedColumn): SQL | undefined {
  return and(isNotNull(sealed), where, sql`not starts_with(${sealed}, ${secrets.currentPrefix})`);
}

/** Without its chain the log cannot be sealed, which is logged; nothing else depends on it. */
async function resealChain(ctx: Context): Promise<Resealing> {
  const table = "audit_chain";
  try {
    return { table, ...(await resealChainKeys(ctx)) };
  } catch (error) {
    if (!(error instanceof UnusableChainError)) throw error;
    ctx.log.error({ reason: error.message }, "audit log cannot be sealed");
    return { table, resealed: 0, unopened: 0 };
  }
}

async function resealColumn(ctx: Context, column: SealedColumn): Promise<Resealing> {
  const { id, sealed } = column;
  let [resealed, unopened] = [0, 0];
  let last: string | null = null;
  let batch: { id: string; sealed: string }[];
  do {
    batch = await ctx.db
      .select({ id: sql<string>`${id}::text`, sealed: sql<string>`${sealed}` })
      .from(sealed.table)
      .where(and(isToReseal(ctx, column), last === null ? undefined : gt(id, last)))
      .orderBy(asc(id))
      .limit(batchSize);
    last = batch.at(-1)?.id ?? null;
    const renewals = batch.flatMap((row) => {
      const renewed = ctx.secrets.reseal(row.sealed, { column: sealed, row: row.id });
      return renewed === null ? [] : [{ ...row, renewed }];
    });
    unopened += batch.length - renewals.length;
    if (renewals.length > 0) resealed += await replace(ctx, sealed, id, renewals);
  } while (batch.length === batchSize);
  return { table: getTableName(sealed.table), resealed, unopened };
}

interface Renewal {
  readonly id: string;
  readonly sealed: string;
  readonly renewed: string;
}

/** Replaces sealed values that are still the ones that were read, in the order of their ids: two replicas cannot deadlock. */
async function replace(
  ctx: Context,
  sealed: PgColumn,
  id: PgColumn,
  renewals: readonly Renewal[],
): Promise<number> {
  const key = sql.identifier(id.name);
  const value = sql.identifier(sealed.name);
  const replaced = ctx.db.$with("replaced", { one: sql<number>`"one"`.as("one") }).as(sql`
    update ${sealed.table} as "stored" set ${value} = "renewal"."renewed"
    from (
      select "locked".${key} as "id", "given"."sealed", "given"."renewed"
      from json_to_recordset(${JSON.stringify(renewals)}::json) as "given" ("id" text, "sealed" text, "renewed" text)
      join ${sealed.table} as "locked" on "locked".${key} = "given"."id"::${sql.raw(id.getSQLType())}
      order by "locked".${key} for no key update of "locked"
    ) as "renewal"
    where "stored".${key} = "renewal"."id" and "stored".${value} = "renewal"."sealed"
    returning 1 as "one"`);
  const query = ctx.db
    .select({ count: sql<number>`count(*)::integer`.as("count") })
    .from(replaced)
    .having(sql`count(*) > 0`);
  const [row] = await commit(
    ctx,
    { with: [replaced], writes: { table: sealed.table, kind: "change" }, query },
    ({ count }) => [
      recordAudit(ctx, {
        action: "secrets.resealed",
        result: "success",
        userId: null,
        detail: jsonObject({ table: getTableName(sealed.table), count }),
      }),
    ],
  );
  return row?.count ?? 0;
}
