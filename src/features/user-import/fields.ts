import { Value } from "@sinclair/typebox/value";
import type { TSchema } from "@sinclair/typebox";

import { findAppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import { validateImportedHash } from "../../platform/password-hasher/imported/imported-hash.ts";
import { baseRole, maximumRoles, tooManyRoles } from "../roles/index.ts";
import {
  findCanonicalEmail,
  isUsername,
  nameSchema,
  profileColumnsOf,
  profileFields,
  usernameSchema,
} from "../users/index.ts";

/** A field's value, or why it is not valid; the issue does not repeat what was received. */
export type Parsed<T> = { readonly value: T } | { readonly issue: string };

const notString = { issue: "Must be a string." };

/** An address in canonical form. */
export function parseEmail(value: unknown): Parsed<string> {
  if (typeof value !== "string") return notString;
  const email = findCanonicalEmail(value);
  return email === null ? { issue: "Not a valid e-mail address." } : { value: email };
}

/** A UUID; capital letters become small ones. */
export function parseId(value: unknown): Parsed<string> {
  const id = typeof value === "string" ? value.toLowerCase() : "";
  return isUuid(id) ? { value: id } : { issue: "Must be a UUID." };
}

/** A username as in a registration. */
export function parseUsername(value: unknown): Parsed<string> {
  if (typeof value === "string" && isUsername(value)) return { value };
  return { issue: `Must be: ${usernameSchema.description}` };
}

/** A name as in a registration. */
export function parseName(value: unknown): Parsed<string> {
  if (Value.Check(nameSchema, value)) return { value };
  return { issue: "Must be a string of 1 to 200 characters without control characters." };
}

/** A telephone number. */
export function parsePhone(value: unknown): Parsed<string> {
  return parseText(profileFields.phone, value, "Must be 3 to 32 digits, spaces and + ( ) . - /.");
}

/** The address of a picture. */
export function parseAvatarUrl(value: unknown): Parsed<string> {
  return parseText(profileFields.avatar_url, value, "Must be an http or https URL.");
}

/** A language tag in its canonical form. */
export function parseLocale(value: unknown): Parsed<string> {
  const tag = parseText(profileFields.locale, value, "Must be a language tag such as de or pt-BR.");
  return "issue" in tag ? tag : { value: profileColumnsOf({ locale: tag.value }).locale ?? "" };
}

function parseText(schema: TSchema, value: unknown, issue: string): Parsed<string> {
  return typeof value === "string" && Value.Check(schema, value) ? { value } : { issue };
}

/** As deep as the body of a request may be. */
const maximumDepth = 32;

/** The applications' own data. */
export function parseMetadata(value: unknown): Parsed<Record<string, unknown>> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { issue: "Must be an object." };
  }
  if (isDeeper(value, maximumDepth)) return { issue: "Is nested too deeply." };
  try {
    return { value: profileColumnsOf({ metadata: { ...value } }).metadata ?? {} };
  } catch (error) {
    const issue = findAppError(error)?.detail.faults?.[0]?.issue;
    if (issue === undefined) throw error;
    return { issue };
  }
}

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((member) => isDeeper(member, levels - 1));
}

/** A hash of a known format, as it is stored. */
export function parseHash(value: unknown): Parsed<string> {
  if (typeof value !== "string") return notString;
  const hash = validateImportedHash(value);
  return "issue" in hash ? hash : { value: hash.stored };
}

/** `true` or `false`. */
export function parseFlag(value: unknown): Parsed<boolean> {
  return typeof value === "boolean" ? { value } : { issue: "Must be true or false." };
}

/** Names of existing roles, each once, without the one that every account has. */
export function parseRoles(value: unknown, known: ReadonlySet<string>): Parsed<string[]> {
  const roles: unknown[] = Array.isArray(value) ? value : [null];
  const names = roles.filter((role) => typeof role === "string");
  if (names.length < roles.length) return { issue: "Must be a list of strings." };
  if (!names.every((name) => known.has(name))) return { issue: "Has a role that does not exist." };
  const own = [...new Set(names)].filter((name) => name !== baseRole);
  return own.length > maximumRoles ? { issue: tooManyRoles } : { value: own };
}
