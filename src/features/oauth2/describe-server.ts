import type { Static } from "@sinclair/typebox";

import type { Settings } from "../../platform/config/settings.ts";
import { assertionAlgorithms } from "../../platform/jwt/client-assertion.ts";
import { standardScopes } from "../clients/index.ts";
import { contextClasses } from "../tokens/index.ts";
import { enabledGrants } from "./grant-tokens.ts";
import type { serverMetadataSchema } from "./model.ts";

/**
 * The metadata of this server for clients (RFC 8414 §2, OpenID Connect Discovery 1.0 §3): the issuer of its tokens, and URLs that
 * begin with `PUBLIC_URL`, whatever the `Host` of the request.
 */
export function describeServer(settings: Settings): Static<typeof serverMetadataSchema> {
  const { publicUrl } = settings;
  const confidential = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
  const algorithms = [...assertionAlgorithms];
  return {
    issuer: settings.jwtIssuer,
    authorization_endpoint: `${publicUrl}/oauth/authorize`,
    device_authorization_endpoint: `${publicUrl}/oauth/device_authorization`,
    pushed_authorization_request_endpoint: `${publicUrl}/oauth/par`,
    token_endpoint: `${publicUrl}/oauth/token`,
    userinfo_endpoint: `${publicUrl}/oauth/userinfo`,
    introspection_endpoint: `${publicUrl}/oauth/introspect`,
    revocation_endpoint: `${publicUrl}/oauth/revoke`,
    end_session_endpoint: `${publicUrl}/oauth/end-session`,
    jwks_uri: `${publicUrl}/.well-known/jwks.json`,
    ...(settings.clientRegistration === "off"
      ? {}
      : { registration_endpoint: `${publicUrl}/oauth/register` }),
    scopes_supported: [...standardScopes, ...settings.clientRegistrationScopes],
    response_types_supported: ["code"],
    response_modes_supported: ["query", "form_post"],
    grant_types_supported: [...enabledGrants(settings).keys()],
    code_challenge_methods_supported: ["S256"],
    token_endpoint_auth_methods_supported: [...confidential, "none"],
    token_endpoint_auth_signing_alg_values_supported: algorithms,
    introspection_endpoint_auth_methods_supported: confidential,
    introspection_endpoint_auth_signing_alg_values_supported: algorithms,
    revocation_endpoint_auth_methods_supported: ["none"],
    subject_types_supported: ["public"],
    id_token_signing_alg_values_supported: ["RS256", "ES256", "EdDSA"],
    acr_values_supported: Object.values(contextClasses),
    prompt_values_supported: ["none", "login", "consent", "select_account"],
    claims_supported: [...claims],
    claims_parameter_supported: false,
    request_parameter_supported: false,
    request_uri_parameter_supported: false,
    require_pushed_authorization_requests: false,
    client_id_metadata_document_supported: settings.clientIdMetadataDocuments,
    authorization_response_iss_parameter_supported: true,
    backchannel_logout_supported: true,
    backchannel_logout_session_supported: true,
    ...(settings.docsEnabled ? { service_documentation: `${publicUrl}/docs` } : {}),
  };
}

/** What ID tokens and the UserInfo endpoint may contain. */
const claims = [
  "iss",
  "sub",
  "aud",
  "exp",
  "iat",
  "auth_time",
  "nonce",
  "acr",
  "amr",
  "sid",
  "at_hash",
  "name",
  "preferred_username",
  "picture",
  "locale",
  "updated_at",
  "email",
  "email_verified",
  "phone_number",
  "phone_number_verified",
  "roles",
];
