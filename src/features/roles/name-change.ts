import { sql, type SQL } from "drizzle-orm";

/** What comes and what goes when one list of names takes the place of another. */
export interface NameChange {
  readonly added: readonly string[];
  readonly removed: readonly string[];
}

/** What it takes to make a list of names another one; the order in them means nothing. */
export function changeOf(before: readonly string[], after: readonly string[]): NameChange {
  return {
    added: after.filter((name) => !before.includes(name)),
    removed: before.filter((name) => !after.includes(name)),
  };
}

/** Whether anything comes or goes. */
export function isChange({ added, removed }: NameChange): boolean {
  return added.length > 0 || removed.length > 0;
}

/** Names as a `text[]`, in one parameter: the statement is the same for any number of them. */
export function textArray(names: readonly string[]): SQL {
  return sql`array(select jsonb_array_elements_text(${JSON.stringify(names)}::jsonb))`;
}
