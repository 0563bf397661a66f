import type { Content, Loss, Members } from "../entries.ts";
import {
  commonLosses,
  firstTextOf,
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
  const bannedUntil = timestampOf(row, "banned_until");
  const isBanned = bannedUntil !== null && !(new Date(bannedUntil) <= now);
  return importedUser(
    {
      email: textOf(row, "email"),
      id: textOf(row, "id"),
      name: firstTextOf(profile, ["full_name", "name"]),
      // Stored without the plus sign.
      phone: textOf(row, "phone")?.replace(/^\d/, "+$&"),
      avatar_url: firstTextOf(profile, ["avatar_url", "picture"]),
      metadata: Object.fromEntries(profile),
      password_hash: textOf(row, "encrypted_password"),
      email_verified: textOf(row, "email_confirmed_at") !== null,
      disabled: isBanned,
      created_at: timestampOf(row, "created_at"),
    },
    [isBanned && "an end of their ban", ...lossesOf(row)],
  );
}

function lossesOf(row: Members): (Loss | false)[] {
  const appMetadata = objectOf(row, "raw_app_meta_data");
  const hasOwnMetadata = [...appMetadata.keys()].every((key) => ownAppMetadata.has(key));
  const role = textOf(row, "role") ?? ownRole;
  return [
    hasIdentities(row, appMetadata) && commonLosses.identities,
    !hasOwnMetadata && "`raw_app_meta_data`",
    (isTrue(row, "is_super_admin") || role !== ownRole) && commonLosses.roles,
  ];
}

function hasIdentities(row: Members, appMetadata: Members): boolean {
  const providers = [textOf(appMetadata, "provider"), ...textsOf(appMetadata, "providers")];
  const hasOther = providers.some((provider) => provider !== null && !ownProviders.has(provider));
  return hasOther || isTrue(row, "is_sso_user");
}
