import type { Content, Loss, Members } from "../entries.ts";
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

const serviceFields = ["serviceAccountClientId", "serviceAccountClientLink"];
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
  if (serviceFields.some((field) => row.has(field))) return { leftOut: "service accounts" };
  const email = textOf(row, "email");
  const username = textOf(row, "username");
  const attributes = objectOf(row, "attributes");
  const attribute = (name: string): string | undefined => textsOf(attributes, name)[0];
  const password = objectsOf(row, "credentials").find(
    (each) => textOf(each, "type") === "password",
  );
  const mustChange = textsOf(row, "requiredActions").includes("UPDATE_PASSWORD");
  const names = [textOf(row, "firstName"), textOf(row, "lastName")].filter((name) => name !== null);
  return importedUser(
    {
      email,
      id: textOf(row, "id"),
      username: username?.toLowerCase() === email?.toLowerCase() ? null : username,
      name: names.join(" ") || null,
      phone: attribute("phoneNumber") ?? attribute("phone_number"),
      avatar_url: attribute("picture"),
      locale: attribute("locale"),
      password_hash: password && !mustChange ? keycloakHash(password) : null,
      email_verified: isTrue(row, "emailVerified"),
      disabled: row.get("enabled") === false,
      created_at: timestampOfMilliseconds(row, "createdTimestamp"),
    },
    [
      password !== undefined && mustChange && "a password that they had to change",
      ...lossesOf(row),
    ],
  );
}

function lossesOf(row: Members): (Loss | false)[] {
  const types = objectsOf(row, "credentials").map((credential) => textOf(credential, "type") ?? "");
  const attributes = [...objectOf(row, "attributes").keys()];
  return [
    types.some((type) => secondFactorTypes.has(type)) && commonLosses.secondFactor,
    types.some((type) => passkeyTypes.has(type)) && "passkeys or security keys",
    hasMembers(row, "federatedIdentities") && commonLosses.identities,
    hasRoles(row) && commonLosses.roles,
    attributes.some((name) => !profileAttributes.has(name)) && "attributes",
  ];
}

function hasRoles(row: Members): boolean {
  const isAssigned = textsOf(row, "realmRoles").some((role) => !commonRoles.test(role));
  return isAssigned || hasMembers(row, "clientRoles") || hasMembers(row, "groups");
}
