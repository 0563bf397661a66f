import type { Sql } from "postgres";

/** A statement that a server has executed, with how many rows of a table it read. */
export interface LargeRead {
  readonly table: string;
  readonly rows: number;
  readonly query: string;
}

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

/** The statements in the log of a server that read more than so many rows of a table, counting those that a filter removed. */
export function findLargeReads(log: string, atMost: number): LargeRead[] {
  // The lines of an entry after its first one begin with a tab.
  return log
    .split(/\n(?!\t)/)
    .flatMap((entry) => {
      const start = entry.indexOf("plan:\n");
      if (start === -1) return [];
      const explained: { "Query Text": string; Plan: Plan } = JSON.parse(entry.slice(start + 6));
      return readsOf(explained.Plan).map((read) => ({ ...read, query: explained["Query Text"] }));
    })
    .filter(({ rows }) => rows > atMost);
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
