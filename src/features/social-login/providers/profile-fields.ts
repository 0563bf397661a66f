import type { ProviderProfile } from "../provider.ts";
import { httpsUrlOf, type Members, textOf } from "./received-values.ts";

/** The fields of a profile that are the same at each provider. What is too long or malformed is null. */
export type ProfileFields = Omit<ProviderProfile, "issuer" | "subject">;

/** RFC 5321 §4.5.3.1 allows 254 characters; a longer address is not shortened but dropped. */
const longestEmail = 320;
const longestName = 200;
/** RFC 5646 §4.4.1. */
const longestLocale = 35;

/** The fields as received, by the names of OpenID Connect Core §5.1. Only the boolean `true` verifies an address. */
export function readProfileFields(members: Members): ProfileFields {
  return {
    email: textOf(members["email"], longestEmail),
    emailVerified: members["email_verified"] === true,
    name: textOf(members["name"], longestName),
    avatarUrl: httpsUrlOf(members["picture"]),
    locale: textOf(members["locale"], longestLocale),
  };
}
