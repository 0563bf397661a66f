import type { Content, Members } from "../entries.ts";
import { keycloakHash } from "./keycloak-hash.ts";
import {
  commonLosses,
  hasMembers,
  importedUser,
  isTrue,
  objectOf,
  objectsOf,
  textOf,
  textsOf,
  timestampOfMilliseconds,
} from "./source.ts";

const passkeyTypes = new Set(["webauthn", "webauthn-passwordless"]);
const secondFactorTypes = new Set(["otp", "recovery-authn-codes"]);
/** Attributes that are imported into the profile. */
const profileAttributes = new Set(["locale", "phoneNumber", "phone_number", "picture"]);
/** Roles that every user of a realm has. */
const commonRoles = /^(?:default-roles-.*|offline_access|uma_authorization)$/;

/**
 * A user in the export of a realm. Other attributes than those of the profile are not imported: users can change their metadata
 * here, and an application may rely on attributes that only administrators can change.
 */
export function convertKeycloakUser(row: Members): Content {
  const isService = ["serviceAccountClientId", "serviceAccountClientLink"].some((field) =>
    row.has(field),
  );
  if (isService) return { leftOut: "service accounts" };
  const email = textOf(row, "email");
  const username = textOf(row, "username");
  const attributes: Members = objectOf(row, "attributes") ?? new Map<string, unknown>();
  const attribute = (name: string): string | null => textsOf(attributes, name)[0] ?? null;
  const credentials = objectsOf(row, "credentials");
  const typeOf = (credential: Members): string => textOf(credential, "type") ?? "";
  const password = credentials.find((credential) => typeOf(credential) === "password");
  const mustChange = textsOf(row, "requiredActions").includes("UPDATE_PASSWORD");
  const hash = password && keycloakHash(password);
  const name = [textOf(row, "firstName"), textOf(row, "lastName")].filter((part) => part !== null);
  return importedUser(
    {
      email,
      id: textOf(row, "id"),
      username: username?.toLowerCase() === email?.toLowerCase() ? null : username,
      name: name.length === 0 ? null : name.join(" "),
      phone: attribute("phoneNumber") ?? attribute("phone_number"),
      avatar_url: attribute("picture"),
      locale: attribute("locale"),
      password_hash: mustChange ? null : hash,
      email_verified: isTrue(row, "emailVerified"),
      disabled: row.has("enabled") && !isTrue(row, "enabled"),
      created_at: timestampOfMilliseconds(row, "createdTimestamp"),
    },
    [
      mustChange && password !== undefined && "a password that they had to change",
      credentials.some((each) => secondFactorTypes.has(typeOf(each))) && commonLosses.secondFactor,
      credentials.some((each) => passkeyTypes.has(typeOf(each))) && "passkeys or security keys",
      hasMembers(row, "federatedIdentities") && commonLosses.identities,
      hasRoles(row) && commonLosses.roles,
      [...attributes.keys()].some((key) => !profileAttributes.has(key)) && "attributes",
    ],
  );
}

function hasRoles(row: Members): boolean {
  const isAssigned = textsOf(row, "realmRoles").some((role) => !commonRoles.test(role));
  return isAssigned || hasMembers(row, "clientRoles") || hasMembers(row, "groups");
}
