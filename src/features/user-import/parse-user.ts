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
  /** Beyond `user`, each once. */
  readonly roles: readonly string[];
}

/** A field's value, or what is wrong with it. */
type Judged<T> = { readonly value: T } | { readonly issue: string };

const fieldNames = new Set([
  "email",
  "username",
  "name",
  "password_hash",
  "email_verified",
  "disabled",
  "roles",
]);

/** The user in a line's JSON, or everything that is wrong with her; no received value is repeated. */
export function parseUser(
  json: string,
  knownRoles: ReadonlySet<string>,
): { user: ImportedUser } | { faults: FieldFault[] } {
  const members = parseObject(json);
  if (members === null) return { faults: [{ field: "line", issue: "Is not a JSON object." }] };
  const faults: FieldFault[] = [];
  const take = <T>(field: string, absent: Judged<T>, judge: (value: unknown) => Judged<T>): T[] => {
    const given = members.get(field) ?? null;
    const judged = given === null ? absent : judge(given);
    if ("value" in judged) return [judged.value];
    faults.push({ field, issue: judged.issue });
    return [];
  };

  const [email = ""] = take("email", { issue: "Is missing." }, judgeEmail);
  const [username = null] = take("username", { value: null }, judgeUsername);
  const [name = null] = take("name", { value: null }, judgeName);
  const [passwordHash = null] = take("password_hash", { value: null }, judgeHash);
  const [isVerified = false] = take("email_verified", { value: false }, judgeFlag);
  const [isDisabled = false] = take("disabled", { value: false }, judgeFlag);
  const [roles = []] = take("roles", { value: [] }, (value) => judgeRoles(value, knownRoles));
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

function judgeEmail(value: unknown): Judged<string> {
  if (typeof value !== "string") return { issue: "Must be a text." };
  try {
    return { value: canonicalEmail(value) };
  } catch (error) {
    if (findAppError(error) === null) throw error;
    return { issue: "Not a valid e-mail address." };
  }
}

function judgeUsername(value: unknown): Judged<string> {
  if (typeof value === "string" && isUsername(value)) return { value };
  return { issue: `Must be: ${usernameSchema.description}` };
}

function judgeName(value: unknown): Judged<string> {
  if (Value.Check(nameSchema, value)) return { value };
  return { issue: "Must be a text of 1 to 200 characters, none of them a control character." };
}

function judgeHash(value: unknown): Judged<string> {
  if (typeof value !== "string") return { issue: "Must be a text." };
  const judged = validateImportedHash(value);
  return "issue" in judged ? judged : { value: judged.stored };
}

function judgeFlag(value: unknown): Judged<boolean> {
  return typeof value === "boolean" ? { value } : { issue: "Must be true or false." };
}

function judgeRoles(value: unknown, known: ReadonlySet<string>): Judged<string[]> {
  const roles: unknown[] = Array.isArray(value) ? value : [null];
  const names = roles.filter((role) => typeof role === "string");
  if (names.length < roles.length) return { issue: "Must be a list of texts." };
  if (!names.every((name) => known.has(name))) return { issue: "Has a role that does not exist." };
  const own = [...new Set(names)].filter((name) => name !== baseRole);
  return own.length > maximumRoles ? { issue: tooManyRoles } : { value: own };
}
