import type { FieldFault } from "../../kernel/errors.ts";
import type { Loss, Members } from "./entries.ts";
import {
  parseAvatarUrl,
  type Parsed,
  parseEmail,
  parseFlag,
  parseHash,
  parseId,
  parseLocale,
  parseMetadata,
  parseName,
  parsePhone,
  parseRoles,
  parseUsername,
} from "./fields.ts";
import { parseCreatedAt } from "./parse-created-at.ts";

/** A user of another service, or of another Gatehouse. */
export interface ImportedUser {
  readonly email: string;
  /** Null for a new one. */
  readonly id: string | null;
  readonly username: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly avatarUrl: string | null;
  readonly locale: string | null;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly passwordHash: string | null;
  readonly isVerified: boolean;
  readonly isDisabled: boolean;
  /** In addition to `user`, each once. */
  readonly roles: readonly string[];
  /** Null for now. */
  readonly createdAt: Date | null;
}

/** How the fields of a user are checked. */
export interface ParseOptions {
  readonly knownRoles: ReadonlySet<string>;
  readonly now: Date;
  /** Whether the file is another service's, which has other rules: an invalid profile field is then left out. */
  readonly isForeign: boolean;
}

const foreignId: Loss = "an id that is not a UUID";

const fieldNames = new Set([
  "email",
  "id",
  "username",
  "name",
  "phone",
  "avatar_url",
  "locale",
  "metadata",
  "password_hash",
  "email_verified",
  "roles",
  "disabled",
  "created_at",
]);

/** The user in these fields and the invalid fields that were left out; or all faults, which repeat no received value. */
export function parseUser(
  members: Members,
  { knownRoles, now, isForeign }: ParseOptions,
): { user: ImportedUser; losses: Loss[] } | { faults: FieldFault[] } {
  const faults: FieldFault[] = [];
  const losses: Loss[] = [];
  const take = <T>(field: string, absent: Parsed<T>, parse: (value: unknown) => Parsed<T>): T[] => {
    const value = members.get(field) ?? null;
    const parsed = value === null ? absent : parse(value);
    if ("value" in parsed) return [parsed.value];
    faults.push({ field, issue: parsed.issue });
    return [];
  };
  const takeProfile = <T>(field: string, parse: (value: unknown) => Parsed<T>): T | null => {
    const value = members.get(field) ?? null;
    if (value === null) return null;
    const parsed = parse(value);
    if ("value" in parsed) return parsed.value;
    if (isForeign) losses.push(field === "id" ? foreignId : `an invalid \`${field}\``);
    else faults.push({ field, issue: parsed.issue });
    return null;
  };

  const [email = ""] = take("email", { issue: "Is missing." }, parseEmail);
  const id = takeProfile("id", parseId);
  const username = takeProfile("username", parseUsername);
  const name = takeProfile("name", parseName);
  const phone = takeProfile("phone", parsePhone);
  const avatarUrl = takeProfile("avatar_url", parseAvatarUrl);
  const locale = takeProfile("locale", parseLocale);
  const metadata = takeProfile("metadata", parseMetadata) ?? {};
  const [passwordHash = null] = take("password_hash", { value: null }, parseHash);
  const [isVerified = false] = take("email_verified", { value: false }, parseFlag);
  const [roles = []] = take("roles", { value: [] }, (value) => parseRoles(value, knownRoles));
  const [isDisabled = false] = take("disabled", { value: false }, parseFlag);
  const createdAt = takeProfile("created_at", (value) => parseCreatedAt(value, now));
  if ([...members.keys()].some((field) => !fieldNames.has(field))) {
    faults.push({ field: "line", issue: `Has a field beyond ${[...fieldNames].join(", ")}.` });
  }
  if (faults.length > 0) return { faults };
  const profile = { username, name, phone, avatarUrl, locale, metadata };
  const account = { email, id, passwordHash, isVerified, roles, isDisabled, createdAt };
  return { user: { ...account, ...profile }, losses };
}
