/** The last migration without a line that says its version: all up to it have version 1. */
export const lastUnversioned = "0022_oauth_requests";

/** What a statement must not do to a table that the previous version uses, unless a comment says why it is not affected. */
const contracting: readonly (readonly [RegExp, string])[] = [
  [
    /\bdrop (table|column|view|type|function|trigger|index|constraint|default|schema)\b/i,
    "removes what the previous version may use",
  ],
  [
    /\balter table\b.*\bdrop (?!not null|expression|identity)/i,
    "removes what the previous version may use",
  ],
  [/\brename\b/i, "renames what the previous version uses"],
  [/\bset not null\b/i, "refuses rows that the previous version may write"],
  [/\badd constraint\b/i, "refuses rows that the previous version may write"],
  [/\bcreate unique index\b/i, "refuses rows that the previous version may write"],
  [
    /\bcreate (or replace )?(constraint )?trigger\b/i,
    "changes or refuses what the previous version writes",
  ],
  [
    /\b(set data )?type\b.*\busing\b|\balter column "?\w+"? (set data )?type\b/i,
    "changes the type of what the previous version reads",
  ],
  [/\b(truncate|delete from)\b/i, "deletes what the previous version may use"],
];

const addedColumn = /\badd (?:column )?(?:if not exists )?"?(?!constraint\b)\w+"? ([^,]*)/gi;
const createdTable = /\bcreate table (?:if not exists )?(?:"?public"?\.)?"?(\w+)"?/gi;
const namedTable =
  /\b(?:alter table(?: only)?(?: if exists)?|on|truncate(?: table)?|delete from) (?:"?public"?\.)?"?(\w+)"?/i;

/** A migration as a file has it. */
export interface MigrationFile {
  readonly name: string;
  readonly text: string;
}

/** The version in the first line of a migration; null where the line is missing. */
function versionOf({ name, text }: MigrationFile): number | null {
  const line = /^-- schema version (\d+)\n/.exec(text)?.[1];
  if (line !== undefined) return Number(line);
  return name <= lastUnversioned ? 1 : null;
}

/**
 * Why executables of the previous version may fail on the schema of these migrations, as far as their text shows it. A comment
 * `-- version <previous>: <reason>` before a statement says why they do not. Tables of the same version are not checked.
 */
export function findContractions(files: readonly MigrationFile[]): string[] {
  return files.flatMap((file) => {
    const version = versionOf(file);
    if (version === 1) return [];
    if (version === null)
      return [`${file.name}: its first line is not "-- schema version <number>"`];
    const created = new Set(
      files.filter((one) => versionOf(one) === version).flatMap(({ text }) => tablesIn(text)),
    );
    return statementsOf(file.text)
      .filter((statement) => !isExplained(statement, version - 1))
      .map(withoutComments)
      .filter((statement) => !created.has(namedTable.exec(statement)?.[1] ?? ""))
      .flatMap((statement) =>
        faultsOf(statement).map((fault) => `${file.name}: ${fault}: ${statement.slice(0, 80)}`),
      );
  });
}

function tablesIn(text: string): string[] {
  return [...text.matchAll(createdTable)].map(([, table]) => table ?? "");
}

/** Without the contents of strings and function bodies, which may have a semicolon. */
function statementsOf(text: string): string[] {
  return text
    .replaceAll(/(\$\w*\$).*?\1/gs, "''")
    .replaceAll(/'(?:[^']|'')*'/g, "''")
    .replaceAll("--> statement-breakpoint", "")
    .split(";");
}

function isExplained(statement: string, previous: number): boolean {
  return new RegExp(`^\\s*-- version ${previous}: \\w+ \\w+`, "m").test(statement);
}

function withoutComments(statement: string): string {
  return statement.replaceAll(/--.*$/gm, "").replaceAll(/\s+/g, " ").trim();
}

function faultsOf(statement: string): string[] {
  const faults = contracting
    .filter(([pattern]) => pattern.test(statement))
    .map(([, fault]) => fault);
  const required = [...statement.matchAll(addedColumn)].some(
    ([, definition = ""]) => /not null/i.test(definition) && !/default|generated/i.test(definition),
  );
  const isChange = /^alter table\b/i.test(statement);
  return [
    ...new Set([
      ...faults,
      ...(required && isChange ? ["refuses rows that the previous version writes"] : []),
    ]),
  ];
}
