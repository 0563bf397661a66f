import { Value } from "@sinclair/typebox/value";

import { type FieldFault, findAppError } from "../../kernel/errors.ts";
import { validateImportedHash } from "../../platform/password-hasher/imported/imported-hash.ts";
import { maximumRoles, tooManyRoles, baseRole } from "../roles/index.ts";
import { canonicalEmail, isUsername, nameSchema, usernameSchema } from "../users/index.ts";

/** A user of another service, or of another Gatehouse. */
export interface ImportedUser {
  readonly email: string;
  readonly username: string | null;
  readonly name: string | null;
  readonly passwordHash: string | null;
  readonly isVerified: boolean;
  readonly isDisabled: boolean;
  /** In addition to `user`, each once. */
  readonly roles: readonly string[];
}

/** A field's value, or its fault. */
type Parsed<T> = { readonly value: T } | { readonly issue: string };

const fieldNames = new Set([
  "email",
  "username",
  "name",
  "password_hash",
  "email_verified",
  "disabled",
  "roles",
]);

/** The user in a line's JSON, or all of its faults, which repeat no received value. */
export function parseUser(
  json: string,
  knownRoles: ReadonlySet<string>,
): { user: ImportedUser } | { faults: FieldFault[] } {
  const members = parseObject(json);
  if (members === null) return { faults: [{ field: "line", issue: "Is not a JSON object." }] };
  const faults: FieldFault[] = [];
  const take = <T>(field: string, absent: Parsed<T>, parse: (value: unknown) => Parsed<T>): T[] => {
    const value = members.get(field) ?? null;
    const parsed = value === null ? absent : parse(value);
    if ("value" in parsed) return [parsed.value];
    faults.push({ field, issue: parsed.issue });
    return [];
  };

  const [email = ""] = take("email", { issue: "Is missing." }, parseEmail);
  const [username = null] = take("username", { value: null }, parseUsername);
  const [name = null] = take("name", { value: null }, parseName);
  const [passwordHash = null] = take("password_hash", { value: null }, parseHash);
  const [isVerified = false] = take("email_verified", { value: false }, parseFlag);
  const [isDisabled = false] = take("disabled", { value: false }, parseFlag);
  const [roles = []] = take("roles", { value: [] }, (value) => parseRoles(value, knownRoles));
  if ([...members.keys()].some((field) => !fieldNames.has(field))) {
    faults.push({ field: "line", issue: `Has a field beyond ${[...fieldNames].join(", ")}.` });
  }
  if (faults.length > 0) return { faults };
  return { user: { email, username, name, passwordHash, isVerified, isDisabled, roles } };
}

function parseObject(json: string): Map<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return null;
    return new Map(Object.entries(value));
  } catch {
    return null;
  }
}

function parseEmail(value: unknown): Parsed<string> {
  if (typeof value !== "string") return { issue: "Must be a string." };
  try {
    return { value: canonicalEmail(value) };
  } catch (error) {
    if (findAppError(error) === null) throw error;
    return { issue: "Not a valid e-mail address." };
  }
}

function parseUsername(value: unknown): Parsed<string> {
  if (typeof value === "string" && isUsername(value)) return { value };
  return { issue: `Must be: ${usernameSchema.description}` };
}

function parseName(value: unknown): Parsed<string> {
  if (Value.Check(nameSchema, value)) return { value };
  return { issue: "Must be a string of 1 to 200 characters without control characters." };
}

function parseHash(value: unknown): Parsed<string> {
  if (typeof value !== "string") return { issue: "Must be a string." };
  const hash = validateImportedHash(value);
  return "issue" in hash ? hash : { value: hash.stored };
}

function parseFlag(value: unknown): Parsed<boolean> {
  return typeof value === "boolean" ? { value } : { issue: "Must be true or false." };
}

function parseRoles(value: unknown, known: ReadonlySet<string>): Parsed<string[]> {
  const roles: unknown[] = Array.isArray(value) ? value : [null];
  const names = roles.filter((role) => typeof role === "string");
  if (names.length < roles.length) return { issue: "Must be a list of strings." };
  if (!names.every((name) => known.has(name))) return { issue: "Has a role that does not exist." };
  const own = [...new Set(names)].filter((name) => name !== baseRole);
  return own.length > maximumRoles ? { issue: tooManyRoles } : { value: own };
}
