import type { Sql } from "postgres";

import { batchSize } from "../../src/platform/db/delete-batch.ts";

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Actual Rows"?: number;
  readonly "Actual Loops"?: number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Rows Removed by Index Recheck"?: number;
  readonly Plans?: readonly Plan[];
}

/** Lets a server write the plan of every statement of later connections into its log, also of those in triggers. */
export async function logPlans(sql: Sql): Promise<void> {
  const settings = {
    session_preload_libraries: "auto_explain",
    "auto_explain.log_min_duration": "0",
    "auto_explain.log_analyze": "on",
    "auto_explain.log_timing": "off",
    "auto_explain.log_nested_statements": "on",
    "auto_explain.log_format": "json",
  };
  await sql.unsafe("load 'auto_explain'");
  for (const [name, value] of Object.entries(settings)) {
    await sql.unsafe(`alter system set ${name} = '${value}'`);
  }
  await sql.unsafe("select pg_reload_conf()");
}

/** A batch of a deletion, and with it what is read to choose it. */
const mostRows = 3 * batchSize;

/**
 * The statements in the log of a server that read many rows of a table, counting those that a filter removed: the table and the
 * statement, with the number of rows.
 */
export function findLargeReads(log: string): ReadonlyMap<string, number> {
  // The lines of an entry after its first one begin with a tab.
  const reads = log.split(/\n(?!\t)/).flatMap((entry): [string, number][] => {
    const start = entry.indexOf("plan:\n");
    if (start === -1) return [];
    const explained: { "Query Text": string; Plan: Plan } = JSON.parse(entry.slice(start + 6));
    return readsOf(explained.Plan)
      .filter(({ rows }) => rows > mostRows)
      .map(({ table, rows }) => [`${table}: ${explained["Query Text"]}`, rows]);
  });
  return new Map(reads);
}

function readsOf(plan: Plan): { table: string; rows: number }[] {
  const table = plan["Relation Name"];
  const each =
    (plan["Actual Rows"] ?? 0) +
    (plan["Rows Removed by Filter"] ?? 0) +
    (plan["Rows Removed by Index Recheck"] ?? 0);
  const own = table === undefined ? [] : [{ table, rows: each * (plan["Actual Loops"] ?? 1) }];
  return [...own, ...(plan.Plans ?? []).flatMap(readsOf)];
}
