import type { Static } from "@sinclair/typebox";

import type { Settings } from "../../platform/config/settings.ts";
import {
  type ClientJwk,
  clientGrantTypes,
  type ClientSettings,
  standardScopes,
} from "../clients/index.ts";
import type { clientMetadataSchema } from "./model.ts";

/** The metadata of a client, as received. */
export type ClientMetadata = Static<typeof clientMetadataSchema>;

/** What is wrong with metadata (RFC 7591 §3.2.2), besides the rules for the settings of every client. */
export class ClientMetadataError extends Error {}

/** The grants that such a client may have. One for itself, without a user, is for clients that the operator knows. */
const grantTypes = clientGrantTypes.filter((name) => name !== "client_credentials");
const methods = ["client_secret_basic", "client_secret_post", "none", "private_key_jwt"] as const;
const algorithms = ["RS256", "ES256", "EdDSA"] as const;

/**
 * The settings of a client that says itself what it is: never trusted, and with no scope beyond those of the operator. Throws
 * `ClientMetadataError`.
 */
export function readMetadata(
  { clientRegistrationScopes }: Pick<Settings, "clientRegistrationScopes">,
  metadata: ClientMetadata,
  defaultMethod: (typeof methods)[number],
): Partial<ClientSettings> & Pick<ClientSettings, "name"> {
  assertSupported(metadata);
  const { redirect_uris: redirectUris = [] } = metadata;
  const asked = metadata.scope?.split(" ");
  const scopes = [...standardScopes, ...clientRegistrationScopes];
  const wanted = metadata.grant_types ?? ["authorization_code", "refresh_token"];
  return {
    name: (metadata.client_name ?? hostOf(redirectUris[0])).slice(0, 100).trim(),
    redirectUris,
    postLogoutRedirectUris: metadata.post_logout_redirect_uris ?? [],
    grantTypes: grantTypes.filter((each) => wanted.includes(each)),
    scopes: asked === undefined ? scopes : scopes.filter((scope) => asked.includes(scope)),
    tokenEndpointAuthMethod: oneOf(
      methods,
      metadata.token_endpoint_auth_method ?? defaultMethod,
      "token_endpoint_auth_method",
    ),
    jwks: metadata.jwks === undefined ? null : { keys: metadata.jwks.keys.map(keyOf) },
    jwksUri: metadata.jwks_uri ?? null,
    idTokenSignedResponseAlg: oneOf(
      algorithms,
      metadata.id_token_signed_response_alg ?? "RS256",
      "id_token_signed_response_alg",
    ),
    backchannelLogoutUri: metadata.backchannel_logout_uri ?? null,
    backchannelLogoutSessionRequired: metadata.backchannel_logout_session_required ?? false,
  };
}

function assertSupported({
  response_types: types = ["code"],
  subject_type: subject,
}: ClientMetadata) {
  if (types.some((type) => type !== "code")) {
    throw new ClientMetadataError("response_types must be code.");
  }
  if (subject !== undefined && subject !== "public") {
    throw new ClientMetadataError("subject_type must be public.");
  }
}

function oneOf<Word extends string>(words: readonly Word[], given: string, name: string): Word {
  const known = words.find((word) => word === given);
  if (known === undefined) throw new ClientMetadataError(`${name} is not supported.`);
  return known;
}

/** The members that define a public key. Private ones are not left out, so that the key is refused and not silently stored. */
function keyOf(jwk: object): ClientJwk {
  const members = ["kty", "kid", "alg", "crv", "x", "y", "n", "e", "d", "k"].flatMap((name) => {
    const value: unknown = Reflect.get(jwk, name);
    return typeof value === "string" && value.length <= 2048 ? [[name, value] as const] : [];
  });
  return { kty: "", ...Object.fromEntries(members) };
}

function hostOf(redirectUri: string | undefined): string {
  const url = redirectUri === undefined ? null : URL.parse(redirectUri);
  return url?.host || url?.protocol.slice(0, -1) || "application";
}
