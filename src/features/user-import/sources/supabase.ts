import type { Content, Members } from "../entries.ts";
import {
  commonLosses,
  importedUser,
  isTrue,
  objectOf,
  textOf,
  textsOf,
  timestampOf,
} from "./source.ts";

const ownProviders = new Set(["email", "phone"]);
const ownAppMetadata = new Set(["provider", "providers"]);
const ownRole = "authenticated";

/**
 * A row of `auth.users`. `raw_app_meta_data` is not imported: users can change their metadata here, and what an application relies
 * on is in it.
 */
export function convertSupabaseUser(row: Members, now: Date): Content {
  if (textOf(row, "deleted_at") !== null) return { leftOut: "deleted users" };
  if (isTrue(row, "is_anonymous")) return { leftOut: "anonymous users" };
  const profile = objectOf(row, "raw_user_meta_data");
  const appMetadata: Members = objectOf(row, "raw_app_meta_data") ?? new Map<string, unknown>();
  const bannedUntil = timestampOf(row, "banned_until");
  const isBanned = bannedUntil !== null && !(new Date(bannedUntil) <= now);
  const phone = textOf(row, "phone");
  return importedUser(
    {
      email: textOf(row, "email"),
      id: textOf(row, "id"),
      name: textOf(profile, "full_name") ?? textOf(profile, "name"),
      phone: phone !== null && /^\d+$/.test(phone) ? `+${phone}` : phone,
      avatar_url: textOf(profile, "avatar_url") ?? textOf(profile, "picture"),
      metadata: profile === null ? null : Object.fromEntries(profile),
      password_hash: textOf(row, "encrypted_password"),
      email_verified: textOf(row, "email_confirmed_at") !== null,
      disabled: isBanned,
      created_at: timestampOf(row, "created_at"),
    },
    [
      isBanned && "an end of their ban",
      hasIdentities(row, appMetadata) && commonLosses.identities,
      [...appMetadata.keys()].some((key) => !ownAppMetadata.has(key)) && "`raw_app_meta_data`",
      (isTrue(row, "is_super_admin") || (textOf(row, "role") ?? ownRole) !== ownRole) &&
        commonLosses.roles,
    ],
  );
}

function hasIdentities(row: Members, appMetadata: Members): boolean {
  const providers = [textOf(appMetadata, "provider"), ...textsOf(appMetadata, "providers")];
  const hasOther = providers.some((provider) => provider !== null && !ownProviders.has(provider));
  return hasOther || isTrue(row, "is_sso_user");
}
