import type { Content, Members } from "../entries.ts";
import {
  commonLosses,
  hasMembers,
  importedUser,
  isTrue,
  textOf,
  timestampOfMilliseconds,
} from "./source.ts";

/** The password hash parameters of a project, as the Firebase console shows them. */
export interface FirebaseHashConfig {
  readonly signerKey: string;
  readonly saltSeparator: string;
  readonly rounds: string;
  readonly memCost: string;
}

/** What the export has in place of a hash if the account that exports may not read hashes: `REDACTED` in base64. */
const redacted = "UkVEQUNURUQ=";

/** A user of `firebase auth:export` in JSON. Its custom claims are not imported: an application relies on them. */
export function convertFirebaseUser(row: Members, config: FirebaseHashConfig): Content {
  const passwordHash = textOf(row, "passwordHash");
  if (passwordHash === redacted) return { faults: [redactedFault] };
  return importedUser(
    {
      email: textOf(row, "email"),
      id: textOf(row, "localId"),
      name: textOf(row, "displayName"),
      phone: textOf(row, "phoneNumber"),
      avatar_url: textOf(row, "photoUrl"),
      password_hash: passwordHash && hashOf(passwordHash, textOf(row, "salt") ?? "", config),
      email_verified: isTrue(row, "emailVerified"),
      disabled: isTrue(row, "disabled"),
      created_at: timestampOfMilliseconds(row, "createdAt"),
    },
    [
      hasMembers(row, "providerUserInfo") && commonLosses.identities,
      hasMembers(row, "customAttributes") && "custom claims",
    ],
  );
}

/** The parameters in a file with the console's text or the same as JSON, or null if one is missing or not valid. */
export function findFirebaseHashConfig(text: string): FirebaseHashConfig | null {
  const find = (name: string, value: string): string | null =>
    new RegExp(`\\b${name}"?[ \\t]*[:=][ \\t]*"?(${value})"?[ \\t]*(?:[,;}\\r\\n]|$)`).exec(
      text,
    )?.[1] ?? null;
  const base64 = "[A-Za-z0-9+/]*={0,2}";
  const signerKey = find("base64_signer_key", base64);
  const saltSeparator = find("base64_salt_separator", base64);
  const rounds = find("rounds", "\\d{1,3}");
  const memCost = find("mem_cost", "\\d{1,2}");
  if (!signerKey || saltSeparator === null || rounds === null || memCost === null) return null;
  return { signerKey, saltSeparator, rounds, memCost };
}

/** With the parameters in it, so that it can be verified, and exported, without them. */
function hashOf(
  hash: string,
  salt: string,
  { signerKey, saltSeparator, rounds, memCost }: FirebaseHashConfig,
): string {
  return `$fbscrypt$v=1,n=${memCost},r=${rounds},p=1,ss=${saltSeparator},sk=${signerKey}$${salt}$${hash}`;
}

const redactedFault = {
  field: "passwordHash",
  issue:
    "Is redacted: export with an account that may read hashes (firebaseauth.configs.getHashConfig).",
};
