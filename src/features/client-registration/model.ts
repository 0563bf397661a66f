import { Type } from "@sinclair/typebox";

const texts = (description: string) =>
  Type.Optional(
    Type.Array(Type.String({ maxLength: 1024 }), {
      description,
      maxItems: 50,
    }),
  );
const text = (description: string) => Type.Optional(Type.String({ description, maxLength: 4096 }));

/** The metadata of a client (RFC 7591 §2, OpenID Connect Registration 1.0 §2). Members that are not listed are ignored. */
export const clientMetadataSchema = Type.Object(
  {
    redirect_uris: texts("Where authorization codes may be sent."),
    client_name: text("Users see it when they are asked for consent."),
    token_endpoint_auth_method: text(
      "`client_secret_basic`, `client_secret_post`, `none` or `private_key_jwt`.",
    ),
    grant_types: texts("Those that the server does not know are left out."),
    response_types: texts("`code`."),
    scope: text("The scopes that the client may ask for. By default all that it can have."),
    jwks: Type.Optional(Type.Object({ keys: Type.Array(Type.Object({}), { maxItems: 10 }) })),
    jwks_uri: text("The https URL of the public keys of `private_key_jwt`."),
    id_token_signed_response_alg: text("`RS256`, `ES256` or `EdDSA`."),
    subject_type: text("`public`."),
    post_logout_redirect_uris: texts("Where the user may be sent after signing out."),
    backchannel_logout_uri: text("Is told when a session of one of its users ends."),
    backchannel_logout_session_required: Type.Optional(Type.Boolean()),
  },
  {
    additionalProperties: true,
    examples: [
      {
        client_name: "Notes",
        redirect_uris: ["https://app.example.com/callback"],
        token_endpoint_auth_method: "none",
      },
    ],
  },
);

/** The response to a registration (RFC 7591 §3.2.1). */
export const registrationSchema = Type.Object({
  client_id: Type.String(),
  client_id_issued_at: Type.Integer({ description: "Seconds since 1970-01-01T00:00:00Z." }),
  client_secret: Type.Optional(Type.String({ description: "Returned only once." })),
  client_secret_expires_at: Type.Optional(
    Type.Integer({ description: "0: the secret does not expire." }),
  ),
  client_name: Type.String(),
  redirect_uris: Type.Array(Type.String()),
  token_endpoint_auth_method: Type.String(),
  grant_types: Type.Array(Type.String()),
  response_types: Type.Array(Type.String()),
  scope: Type.String(),
  id_token_signed_response_alg: Type.String(),
  post_logout_redirect_uris: Type.Array(Type.String()),
  backchannel_logout_session_required: Type.Boolean(),
  backchannel_logout_uri: Type.Optional(Type.String()),
  jwks: Type.Optional(Type.Object({ keys: Type.Array(Type.Unknown()) })),
  jwks_uri: Type.Optional(Type.String()),
});
