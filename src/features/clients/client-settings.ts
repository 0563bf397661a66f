import { createPublicKey } from "node:crypto";

import { AppError, type FieldFault } from "../../kernel/errors.ts";
import { isRedirectUri } from "../../platform/config/redirect-uri-kind.ts";
import { isStorableText } from "../../platform/http/text-schema.ts";
import type { ClientRecord } from "./queries.ts";
import type { ClientJwk } from "./table.ts";

/** What may be chosen about a client. */
export type ClientSettings = Omit<ClientRecord, "id" | "clientId" | "createdBy" | "createdAt">;

/** The grant of devices (RFC 8628 §3.4). */
export const deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code";

/** The grants that a client may be registered for (RFC 7591 §2). */
export const clientGrantTypes = [
  "authorization_code",
  "refresh_token",
  "client_credentials",
  deviceGrantType,
] as const;

/** Whether users sign in to a client with these grants, so that it gets ID tokens. */
export function hasUsers({ grantTypes }: Pick<ClientSettings, "grantTypes">): boolean {
  return grantTypes.includes("authorization_code") || grantTypes.includes(deviceGrantType);
}

/** The scopes that this server itself gives a meaning. */
export const standardScopes = ["openid", "profile", "email", "phone", "offline_access", "roles"];

/** The bounds of a client's name, in UTF-16 units. */
export const nameLength = { minLength: 1, maxLength: 100 };

/** Whether a string may be a client's name. */
export function isClientName(text: string): boolean {
  const { length } = text;
  return length >= nameLength.minLength && length <= nameLength.maxLength && isStorableText(text);
}

/** All settings of a new client: what is not chosen follows from whether it has redirect URIs. */
export function completeSettings(
  chosen: Partial<ClientSettings> & Pick<ClientSettings, "name">,
): ClientSettings {
  const signsUsersIn = (chosen.redirectUris ?? []).length > 0;
  const grantTypes =
    chosen.grantTypes ??
    (signsUsersIn ? ["authorization_code", "refresh_token"] : ["client_credentials"]);
  const scopes = hasUsers({ grantTypes }) ? standardScopes : [];
  return { ...defaults, scopes, ...chosen, grantTypes };
}

const defaults: Omit<ClientSettings, "name" | "grantTypes" | "scopes"> = {
  redirectUris: [],
  postLogoutRedirectUris: [],
  tokenEndpointAuthMethod: "client_secret_basic",
  jwks: null,
  jwksUri: null,
  idTokenSignedResponseAlg: "RS256",
  trusted: false,
  requireMfa: false,
  backchannelLogoutUri: null,
  backchannelLogoutSessionRequired: false,
};

/** Throws `VALIDATION_ERROR` with every fault of the settings. */
export function assertValidSettings(settings: ClientSettings): void {
  const faults = checks.flatMap((check) => check(settings) ?? []);
  if (faults.length === 0) return;
  throw new AppError("VALIDATION_ERROR", "The settings of the client are not valid.", { faults });
}

type Check = (settings: ClientSettings) => FieldFault | null;

/** The rules, each with its section. */
const checks: readonly Check[] = [
  function nameIsStorable({ name }) {
    const issue = "Must have 1 to 100 characters, and no control characters.";
    return isClientName(name) ? null : { field: "name", issue };
  },
  // RFC 6749 §3.1.2, RFC 9700 §4.1.3, RFC 8252 §7
  function redirectUrisAreExact({ redirectUris, ...client }) {
    return faultOfUris("redirect_uris", redirectUris, client);
  },
  // OpenID Connect RP-Initiated Logout 1.0 §3.1
  function postLogoutRedirectUrisAreExact({ postLogoutRedirectUris, ...client }) {
    return faultOfUris("post_logout_redirect_uris", postLogoutRedirectUris, client);
  },
  // OpenID Connect Back-Channel Logout 1.0 §2.2
  function backchannelLogoutUriIsOfAServer({ backchannelLogoutUri: uri }) {
    if (uri === null || (isRedirectUri(uri) && /^https?:/.test(uri))) return null;
    return { field: "backchannel_logout_uri", issue: `Must be ${ofServers}.` };
  },
  // RFC 6749 §3.1.2.2
  function codesHaveARedirectUri({ grantTypes, redirectUris }) {
    if (!grantTypes.includes("authorization_code") || redirectUris.length > 0) return null;
    const issue = "Must have a URI for the grant type authorization_code.";
    return { field: "redirect_uris", issue };
  },
  function grantTypesAreKnown({ grantTypes }) {
    const isKnown = grantTypes.every((name) => clientGrantTypes.some((known) => known === name));
    if (isKnown && grantTypes.length > 0) return null;
    return { field: "grant_types", issue: `Must be of ${clientGrantTypes.join(", ")}.` };
  },
  // RFC 6749 §4.4
  function publicClientsHaveNoTokenOfTheirOwn({ grantTypes, tokenEndpointAuthMethod }) {
    if (tokenEndpointAuthMethod !== "none" || !grantTypes.includes("client_credentials"))
      return null;
    const issue = "A client that does not authenticate cannot have client_credentials.";
    return { field: "grant_types", issue };
  },
  // RFC 6749 §3.3
  function scopesAreTokens({ scopes }) {
    const areTokens = scopes.every((scope) => /^[!#-[\]-~]{1,100}$/.test(scope));
    if (areTokens && scopes.length <= 50) return null;
    return { field: "scopes", issue: "Must be up to 50 scopes of visible ASCII characters." };
  },
  // RFC 7591 §2
  function keysAreInOnePlace({ tokenEndpointAuthMethod, jwks, jwksUri }) {
    const places = [jwks, jwksUri].filter((place) => place !== null).length;
    const needed = tokenEndpointAuthMethod === "private_key_jwt" ? 1 : 0;
    if (places === needed) return null;
    const issue = "With private_key_jwt either jwks or jwks_uri is required; otherwise neither.";
    return { field: "jwks", issue };
  },
  function keysArePublic({ jwks }) {
    if (jwks === null || (jwks.keys.length > 0 && jwks.keys.every(isUsablePublicKey))) return null;
    const issue = "Must be public keys: EC, OKP, or RSA of 2048 bits or more.";
    return { field: "jwks", issue };
  },
  function keyAddressIsHttps({ jwksUri }) {
    if (jwksUri === null || (isRedirectUri(jwksUri) && jwksUri.startsWith("https:"))) return null;
    return { field: "jwks_uri", issue: "Must be an https URL without user and fragment." };
  },
];

const ofServers = "an absolute https URL, or http on this machine, without user, fragment and *";

function faultOfUris(
  field: string,
  uris: readonly string[],
  { tokenEndpointAuthMethod }: Pick<ClientSettings, "tokenEndpointAuthMethod">,
): FieldFault | null {
  // Any application can register a scheme: with a secret as well, the code could go to another one (RFC 8252 §7.1, §8.1).
  const isNative = tokenEndpointAuthMethod === "none";
  const isAllowed = (uri: string) => isRedirectUri(uri) && (isNative || /^https?:/.test(uri));
  const areRight = uris.every((uri) => uri.length <= 1024 && isAllowed(uri));
  if (areRight && uris.length <= 50 && new Set(uris).size === uris.length) return null;
  const ofApps = isNative ? ", or a scheme of an app with a dot in it" : "";
  return { field, issue: `Must be up to 50 URIs, each once, each ${ofServers}${ofApps}.` };
}

const privateMembers = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];

function isUsablePublicKey(jwk: ClientJwk): boolean {
  if (privateMembers.some((member) => member in jwk)) return false;
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPublicKey({
      key: { ...jwk },
      format: "jwk",
    });
    return asymmetricKeyType !== "rsa" || (asymmetricKeyDetails?.modulusLength ?? 0) >= 2048;
  } catch {
    return false;
  }
}
