import { type Content, findMembers, type Loss, type Members, membersOf } from "../entries.ts";

/** A user in the fields of this service; fields without a value are left out. A loss that is false does not concern the user. */
export function importedUser(
  fields: Readonly<Record<string, unknown>>,
  losses: readonly (Loss | false)[],
): Content {
  const given = Object.entries(fields).filter(([, value]) => value !== null && value !== undefined);
  return { members: new Map(given), losses: losses.filter((loss) => loss !== false) };
}

/** The names of losses that several services have. */
export const commonLosses = {
  identities: "linked identities",
  roles: "roles",
  secondFactor: "a second factor",
} as const;

/** The string in a field; null for an empty one and any other value. */
export function textOf(row: Members, field: string): string | null {
  const value = row.get(field);
  return typeof value === "string" && value !== "" ? value : null;
}

const affirmations = new Set<unknown>([true, 1, "t", "true", "True", "TRUE", "1"]);

/** Whether a field is true, in JSON or as databases write it in CSV. */
export function isTrue(row: Members, field: string): boolean {
  return affirmations.has(row.get(field));
}

/** The first of these fields that is a string and not empty, or null. */
export function firstTextOf(row: Members, fields: readonly string[]): string | null {
  return fields.map((field) => textOf(row, field)).find((text) => text !== null) ?? null;
}

/** The members of the object in a field, or of its JSON, as a CSV file has it; none for any other value. */
export function objectOf(row: Members, field: string): Members {
  const value = row.get(field);
  return (typeof value === "string" ? findMembers(value) : membersOf(value)) ?? new Map();
}

/** The objects in the list of a field. */
export function objectsOf(row: Members, field: string): readonly Members[] {
  const value = row.get(field);
  if (!Array.isArray(value)) return [];
  return value.map(membersOf).filter((members) => members !== null);
}

/** The strings in the list of a field. */
export function textsOf(row: Members, field: string): readonly string[] {
  const value = row.get(field);
  return Array.isArray(value) ? value.filter((member) => typeof member === "string") : [];
}

/** Whether a field has an object with members, or a list that is not empty. */
export function hasMembers(row: Members, field: string): boolean {
  const value = row.get(field);
  return Array.isArray(value) ? value.length > 0 : objectOf(row, field).size > 0;
}

/** A timestamp as Postgres or Python writes it, such as `2026-01-31 12:00:00.5+00`, in RFC 3339. Without an offset it is UTC. */
export function timestampOf(row: Members, field: string): string | null {
  const text = textOf(row, field);
  if (text === null) return null;
  const [, date, time, sign = "+", hours = "00", minutes = "00"] =
    /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d{1,9})?)(?:Z|([+-])(\d\d)(?::?(\d\d))?)?$/.exec(
      text,
    ) ?? [];
  return date === undefined ? text : `${date}T${time}${sign}${hours}:${minutes}`;
}

/** Milliseconds since 1970, as a number or its digits, in RFC 3339. */
export function timestampOfMilliseconds(row: Members, field: string): string | null {
  const value = row.get(field);
  const milliseconds =
    typeof value === "string" && /^\d{1,15}$/.test(value) ? Number(value) : value;
  const isTime = typeof milliseconds === "number" && Math.abs(milliseconds) <= 8.64e15;
  return isTime ? new Date(milliseconds).toISOString() : null;
}
