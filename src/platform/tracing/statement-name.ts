/** An operation and its table. */
const operations =
  /\b(insert\s+into|update|delete\s+from|from|join)\s+(?:only\s+)?(?:"?public"?\.)?"(\w+)"/gi;
/** A query of `WITH`, which is no table. */
const namedQuery = /"(\w+)"\s+as\s+(?:materialized\s+)?\(/gi;
const maximumNames = 4;
const maximumCached = 1000;
const cached = new Map<string, string>();

/** A name of low cardinality for a statement: its operations and their tables, such as `UPDATE sessions; INSERT audit_log`. */
export function statementName(text: string): string {
  const known = cached.get(text);
  if (known !== undefined) return known;
  const name = nameOf(text);
  if (cached.size < maximumCached) cached.set(text, name);
  return name;
}

function nameOf(text: string): string {
  const parts = new Set<string>();
  const queries = new Set([...text.matchAll(namedQuery)].map(([, name]) => name));
  for (const [, verb = "", table = ""] of text.matchAll(operations)) {
    if (!queries.has(table)) parts.add(`${operationOf(verb)} ${table}`);
  }
  if (parts.size === 0) return /^\s*(\w+)/.exec(text)?.[1]?.toUpperCase() ?? "statement";
  const sorted = [...parts].toSorted((one, other) => Number(isRead(one)) - Number(isRead(other)));
  return sorted.slice(0, maximumNames).join("; ");
}

function operationOf(verb: string): string {
  const [word = ""] = verb.toUpperCase().split(/\s/);
  return word === "FROM" || word === "JOIN" ? "SELECT" : word;
}

function isRead(part: string): boolean {
  return part.startsWith("SELECT");
}
