import { Type } from "@sinclair/typebox";

// Parameters that we do not know are ignored (RFC 6749 §3.2).
const form = {
  additionalProperties: true,
  contentMediaType: "application/x-www-form-urlencoded",
};

const clientParameters = {
  client_id: Type.Optional(Type.String({ description: "In place of HTTP Basic." })),
  client_secret: Type.Optional(Type.String({ description: "In place of HTTP Basic." })),
};

/** Body of `POST /oauth/token` (RFC 6749 §4.3.2, §4.4.2, §6). */
export const tokenRequestBody = Type.Object(
  {
    grant_type: Type.Optional(
      Type.String({
        description: "`password`, `refresh_token` or `client_credentials`.",
        examples: ["password"],
      }),
    ),
    username: Type.Optional(Type.String({ description: "An e-mail address or a username." })),
    password: Type.Optional(Type.String()),
    refresh_token: Type.Optional(Type.String()),
    scope: Type.Optional(Type.String()),
    ...clientParameters,
  },
  form,
);

/** A successful answer of the token endpoint (RFC 6749 §5.1). */
export const tokenGrantSchema = Type.Object({
  access_token: Type.String(),
  token_type: Type.Literal("bearer"),
  expires_in: Type.Integer({ description: "Seconds." }),
  refresh_token: Type.Optional(
    Type.String({ description: "Not for `client_credentials`, which is asked again instead." }),
  ),
});

const tokenParameters = {
  token: Type.Optional(Type.String()),
  token_type_hint: Type.Optional(
    Type.String({ description: "`access_token` or `refresh_token`. We can tell without it." }),
  ),
};

/** Body of `POST /oauth/introspect` (RFC 7662 §2.1). */
export const introspectionBody = Type.Object({ ...tokenParameters, ...clientParameters }, form);

/** Body of `POST /oauth/revoke` (RFC 7009 §2.1). */
export const revocationBody = Type.Object(tokenParameters, form);

/** What is told of a token (RFC 7662 §2.2): of one that is not active, nothing else. */
export const introspectionSchema = Type.Object({
  active: Type.Boolean(),
  token_type: Type.Optional(
    Type.Literal("bearer", { description: "Of access tokens; a refresh token has none." }),
  ),
  sub: Type.Optional(Type.String({ description: "The user's id, or the client's." })),
  client_id: Type.Optional(
    Type.String({ description: "Where a client has the token for itself." }),
  ),
  username: Type.Optional(Type.String()),
  email: Type.Optional(Type.String()),
  roles: Type.Optional(Type.Array(Type.String(), { description: "As of this moment." })),
  permissions: Type.Optional(Type.Array(Type.String(), { description: "As of this moment." })),
  iss: Type.Optional(Type.String()),
  aud: Type.Optional(Type.String()),
  sid: Type.Optional(Type.String({ description: "The session's id." })),
  jti: Type.Optional(Type.String()),
  iat: Type.Optional(Type.Integer({ description: "Seconds since 1970." })),
  exp: Type.Optional(Type.Integer({ description: "Seconds since 1970." })),
});

/** What clients learn of this server by themselves (RFC 8414 §2). */
export const serverMetadataSchema = Type.Object({
  issuer: Type.String(),
  token_endpoint: Type.String(),
  introspection_endpoint: Type.String(),
  revocation_endpoint: Type.String(),
  jwks_uri: Type.String(),
  response_types_supported: Type.Array(Type.String()),
  grant_types_supported: Type.Array(Type.String()),
  token_endpoint_auth_methods_supported: Type.Array(Type.String()),
  introspection_endpoint_auth_methods_supported: Type.Array(Type.String()),
  revocation_endpoint_auth_methods_supported: Type.Array(Type.String()),
  service_documentation: Type.Optional(Type.String()),
});
