import { Type } from "@sinclair/typebox";

import { accessTokenSchema } from "../tokens/index.ts";

// Unknown parameters are ignored (RFC 6749 §3.2).
const form = {
  additionalProperties: true,
  contentMediaType: "application/x-www-form-urlencoded",
};

const clientParameters = {
  client_id: Type.Optional(Type.String({ description: "Instead of HTTP Basic." })),
  client_secret: Type.Optional(Type.String({ description: "Instead of HTTP Basic." })),
  client_assertion: Type.Optional(
    Type.String({ description: "Of `private_key_jwt`: a JWT (RFC 7523)." }),
  ),
  client_assertion_type: Type.Optional(
    Type.String({ description: "`urn:ietf:params:oauth:client-assertion-type:jwt-bearer`." }),
  ),
};

/** Body of `POST /oauth/token` (RFC 6749 §4.1.3, §4.3.2, §4.4.2, §6). */
export const tokenRequestBody = Type.Object(
  {
    grant_type: Type.String({
      description:
        "`authorization_code`, `refresh_token`, `client_credentials`, `urn:ietf:params:oauth:grant-type:device_code` or `password`.",
      examples: ["password"],
    }),
    username: Type.Optional(
      Type.String({
        description: "An e-mail address or a username.",
        examples: ["ada@example.com"],
      }),
    ),
    password: Type.Optional(Type.String({ examples: ["SecurePassword123!"] })),
    refresh_token: Type.Optional(Type.String()),
    code: Type.Optional(Type.String()),
    redirect_uri: Type.Optional(
      Type.String({ description: "With `code`: as in the authorization request." }),
    ),
    code_verifier: Type.Optional(Type.String({ description: "With `code`: RFC 7636." })),
    device_code: Type.Optional(Type.String({ description: "RFC 8628." })),
    scope: Type.Optional(Type.String()),
    resource: Type.Optional(
      Type.String({ description: "RFC 8707: the resource that was granted, if it is sent." }),
    ),
    ...clientParameters,
  },
  form,
);

/** A success response of the token endpoint (RFC 6749 §5.1). */
export const tokenGrantSchema = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal("bearer"),
  expires_in: Type.Integer({ description: "Seconds." }),
  scope: Type.Optional(
    Type.String({
      description:
        "What was granted to a client. For a password, and a refresh token without a client: the standard scopes but `openid`, if the request has a scope.",
    }),
  ),
  refresh_token: Type.Optional(
    Type.String({
      description:
        "Absent for `client_credentials`, and for a client without the scope `offline_access`.",
    }),
  ),
  id_token: Type.Optional(
    Type.String({
      description:
        "For a client that was granted the scope `openid` (OpenID Connect Core §3.1.3.3).",
    }),
  ),
});

const tokenParameters = {
  token_type_hint: Type.Optional(
    Type.String({
      description: "`access_token` or `refresh_token`. Not needed: both are recognised without it.",
    }),
  ),
};

/**
 * Body of `POST /oauth/introspect` (RFC 7662 §2.1). `token` is required, but the handler says so: without a client's proof the
 * response is 401 whatever else is missing.
 */
export const introspectionBody = Type.Object(
  { token: Type.Optional(accessTokenSchema), ...tokenParameters, ...clientParameters },
  { ...form, "x-required": ["token"] },
);

/** Body of `POST /oauth/par` (RFC 9126 §2.1): the parameters of the authorization endpoint, and the client's authentication. */
export const pushedRequestBody = Type.Object(
  {
    response_type: Type.Optional(Type.String({ description: "`code`.", examples: ["code"] })),
    redirect_uri: Type.Optional(
      Type.String({
        description: "One of the client's `redirect_uris`.",
        examples: ["https://app.example.com/callback"],
      }),
    ),
    scope: Type.Optional(Type.String({ examples: ["openid email"] })),
    state: Type.Optional(Type.String()),
    nonce: Type.Optional(Type.String()),
    code_challenge: Type.Optional(
      Type.String({
        description: "The PKCE challenge (RFC 7636); the example is that of its Appendix B.",
        examples: ["E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"],
      }),
    ),
    code_challenge_method: Type.Optional(
      Type.String({ description: "`S256`.", examples: ["S256"] }),
    ),
    resource: Type.Optional(Type.String({ description: "RFC 8707." })),
    ...clientParameters,
  },
  form,
);

/** A pushed request (RFC 9126 §2.2). */
export const pushedRequestSchema = Type.Object({
  request_uri: Type.String(),
  expires_in: Type.Integer({ description: "Seconds." }),
});

/** Body of `POST /oauth/device_authorization` (RFC 8628 §3.1). */
export const deviceAuthorizationBody = Type.Object(
  {
    scope: Type.Optional(Type.String({ examples: ["openid email"] })),
    resource: Type.Optional(Type.String({ description: "RFC 8707." })),
    ...clientParameters,
  },
  form,
);

/** What a device shows its user, and asks for tokens with (RFC 8628 §3.2). */
export const deviceAuthorizationSchema = Type.Object({
  device_code: Type.String(),
  user_code: Type.String({ examples: ["BCDF-GHJK"] }),
  verification_uri: Type.String(),
  verification_uri_complete: Type.String(),
  expires_in: Type.Integer({ description: "Seconds." }),
  interval: Type.Integer({ description: "The least number of seconds between two requests." }),
});

/** Body of `POST /oauth/revoke` (RFC 7009 §2.1). */
export const revocationBody = Type.Object(
  {
    token: Type.String({
      description: "The `access_token` or the `refresh_token` of a sign-in.",
      examples: ["YOUR_REFRESH_TOKEN"],
    }),
    ...tokenParameters,
  },
  form,
);

/** The state of a token (RFC 7662 §2.2); of an inactive token, `active` alone. */
export const introspectionSchema = Type.Object({
  active: Type.Boolean(),
  token_type: Type.Optional(Type.Literal("bearer", { description: "Only of access tokens." })),
  sub: Type.Optional(Type.String({ description: "The user's id, or the client's." })),
  client_id: Type.Optional(
    Type.String({
      description:
        "The client that obtained the token; `gatehouse` for a user's sign-in to Gatehouse itself.",
    }),
  ),
  username: Type.Optional(
    Type.String({
      description: "The username; of a user without one the address, once it is verified.",
    }),
  ),
  email: Type.Optional(Type.String()),
  email_verified: Type.Optional(
    Type.Boolean({ description: "Whether the user has proven to have the address." }),
  ),
  roles: Type.Optional(Type.Array(Type.String(), { description: "As currently stored." })),
  permissions: Type.Optional(Type.Array(Type.String(), { description: "As currently stored." })),
  iss: Type.Optional(Type.String()),
  aud: Type.Optional(Type.Union([Type.String(), Type.Array(Type.String())])),
  scope: Type.Optional(Type.String({ description: "What the client was granted." })),
  sid: Type.Optional(Type.String({ description: "The session's id." })),
  jti: Type.Optional(Type.String()),
  iat: Type.Optional(Type.Integer({ description: "Seconds since 1970-01-01T00:00:00Z." })),
  exp: Type.Optional(Type.Integer({ description: "Seconds since 1970-01-01T00:00:00Z." })),
});

const names = Type.Array(Type.String());

/** The authorization server metadata (RFC 8414 §2, OpenID Connect Discovery 1.0 §3). */
export const serverMetadataSchema = Type.Object({
  issuer: Type.String(),
  authorization_endpoint: Type.String(),
  device_authorization_endpoint: Type.String(),
  pushed_authorization_request_endpoint: Type.String(),
  token_endpoint: Type.String(),
  userinfo_endpoint: Type.String(),
  introspection_endpoint: Type.String(),
  revocation_endpoint: Type.String(),
  end_session_endpoint: Type.String(),
  jwks_uri: Type.String(),
  registration_endpoint: Type.Optional(Type.String()),
  scopes_supported: names,
  response_types_supported: names,
  response_modes_supported: names,
  grant_types_supported: names,
  code_challenge_methods_supported: names,
  token_endpoint_auth_methods_supported: names,
  token_endpoint_auth_signing_alg_values_supported: names,
  introspection_endpoint_auth_methods_supported: names,
  introspection_endpoint_auth_signing_alg_values_supported: names,
  revocation_endpoint_auth_methods_supported: names,
  subject_types_supported: names,
  id_token_signing_alg_values_supported: names,
  acr_values_supported: names,
  prompt_values_supported: names,
  claims_supported: names,
  claims_parameter_supported: Type.Boolean(),
  request_parameter_supported: Type.Boolean(),
  request_uri_parameter_supported: Type.Boolean(),
  require_pushed_authorization_requests: Type.Boolean(),
  authorization_response_iss_parameter_supported: Type.Boolean(),
  client_id_metadata_document_supported: Type.Boolean(),
  backchannel_logout_supported: Type.Boolean(),
  backchannel_logout_session_supported: Type.Boolean(),
  service_documentation: Type.Optional(Type.String()),
});
