import type { Content, Members } from "../entries.ts";
import { importedUser, isTrue, textOf, timestampOf } from "./source.ts";

const knownColumns = new Set([
  "id",
  "email",
  "hashed_password",
  "is_active",
  "is_superuser",
  "is_verified",
  "username",
  "name",
  "created_at",
]);

/** A row of the table of users. Columns of the application's own are imported if they have the names of ours. */
export function convertFastApiUser(row: Members): Content {
  const otherColumns = [...row].filter(
    ([column, value]) => !knownColumns.has(column) && value !== null && value !== "",
  );
  return importedUser(
    {
      email: textOf(row, "email"),
      id: uuidOf(row.get("id")),
      username: textOf(row, "username"),
      name: textOf(row, "name"),
      password_hash: textOf(row, "hashed_password"),
      email_verified: isTrue(row, "is_verified"),
      disabled: row.has("is_active") && !isTrue(row, "is_active"),
      created_at: timestampOf(row, "created_at"),
    },
    [
      isTrue(row, "is_superuser") && "the rights of a superuser",
      ...otherColumns.map(([column]) => `a value of \`${column}\``),
    ],
  );
}

/** SQLite and MySQL may store a UUID without hyphens. */
function uuidOf(id: unknown): unknown {
  const digits = typeof id === "string" ? /^[0-9a-f]{32}$/i.exec(id)?.[0] : undefined;
  return digits?.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-") ?? id;
}
