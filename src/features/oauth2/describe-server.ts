import type { Static } from "@sinclair/typebox";

import type { Settings } from "../../platform/config/settings.ts";
import { enabledGrants } from "./grant-tokens.ts";
import type { serverMetadataSchema } from "./model.ts";

/**
 * The metadata of this server for clients (RFC 8414 §2): the issuer of its tokens, and URLs that begin with `PUBLIC_URL`, whatever
 * the `Host` of the request. There is no authorization endpoint, and so no response type.
 */
export function describeServer(settings: Settings): Static<typeof serverMetadataSchema> {
  const { publicUrl } = settings;
  const secretMethods = ["client_secret_basic", "client_secret_post"];
  return {
    issuer: settings.jwtIssuer,
    token_endpoint: `${publicUrl}/oauth/token`,
    introspection_endpoint: `${publicUrl}/oauth/introspect`,
    revocation_endpoint: `${publicUrl}/oauth/revoke`,
    jwks_uri: `${publicUrl}/.well-known/jwks.json`,
    response_types_supported: [],
    grant_types_supported: [...enabledGrants(settings).keys()],
    token_endpoint_auth_methods_supported: [...secretMethods, "none"],
    introspection_endpoint_auth_methods_supported: secretMethods,
    revocation_endpoint_auth_methods_supported: ["none"],
    ...(settings.docsEnabled ? { service_documentation: `${publicUrl}/docs` } : {}),
  };
}
