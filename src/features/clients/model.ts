import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { textSchema } from "../../platform/http/text-schema.ts";
import { type ClientSettings, nameLength } from "./client-settings.ts";
import type { ClientRecord } from "./queries.ts";

/** A client's name as received. */
const clientNameSchema = textSchema({
  description:
    "The display name of the service. Need not be unique. Users see it when they are asked for consent.",
  ...nameLength,
  examples: ["billing"],
});

const uri = () => textSchema({ description: "A URI.", maxLength: 1024 });
const list = (item: TSchema & { static: string }, description: string) =>
  Type.Array(item, { description, maxItems: 50 });
const orNull = <Schema extends TSchema>(schema: Schema, description: string) =>
  Type.Union([schema, Type.Null()], { description });

const authMethodSchema = Type.Union(
  [
    Type.Literal("client_secret_basic"),
    Type.Literal("client_secret_post"),
    Type.Literal("none"),
    Type.Literal("private_key_jwt"),
  ],
  {
    description:
      "How the client authenticates. One with a secret may send it in either way. `none` is for applications that cannot keep a secret: they use PKCE.",
  },
);

const algorithmSchema = Type.Union(
  [Type.Literal("RS256"), Type.Literal("ES256"), Type.Literal("EdDSA")],
  { description: "The algorithm of its ID tokens, whatever `JWT_ALGORITHM` is." },
);

const jwkMember = Type.Optional(Type.String({ maxLength: 2048 }));
const keySetSchema = Type.Object(
  {
    keys: Type.Array(
      Type.Object({
        kty: Type.String({ maxLength: 16 }),
        kid: jwkMember,
        alg: jwkMember,
        crv: jwkMember,
        x: jwkMember,
        y: jwkMember,
        n: jwkMember,
        e: jwkMember,
      }),
      { maxItems: 10 },
    ),
  },
  { additionalProperties: false },
);

/** The settings of a client on the wire, without the name. */
const settingsMembers = {
  redirect_uris: list(
    uri(),
    "Where authorization codes may be sent: compared character by character.",
  ),
  post_logout_redirect_uris: list(
    uri(),
    "Where the user may be sent after signing out at the client.",
  ),
  grant_types: list(
    Type.String({ maxLength: 64 }),
    "`authorization_code`, `refresh_token`, `client_credentials`, `urn:ietf:params:oauth:grant-type:device_code`. By default the first two for a client with redirect URIs, else the third.",
  ),
  scopes: list(
    Type.String({ maxLength: 100 }),
    "The scopes that it may ask for. By default `openid profile email phone offline_access roles` for a client that signs users in.",
  ),
  token_endpoint_auth_method: authMethodSchema,
  jwks: orNull(keySetSchema, "The public keys of `private_key_jwt`, unless `jwks_uri` has them."),
  jwks_uri: orNull(uri(), "The https URL of the public keys of `private_key_jwt`."),
  id_token_signed_response_alg: algorithmSchema,
  trusted: Type.Boolean({
    description:
      "Whether users are not asked for consent. Only for applications of your own: with `resource` set to `PUBLIC_URL` it may act on the user's account. Only an admin may create, change or delete such a client.",
  }),
  require_mfa: Type.Boolean({ description: "Whether users must have proven two factors." }),
  backchannel_logout_uri: orNull(uri(), "Is told when a session of one of its users ends."),
  backchannel_logout_session_required: Type.Boolean({
    description: "Whether that message must contain `sid`.",
  }),
};

/** Body of `POST /clients`. */
export const createClientBody = Type.Object(
  { name: clientNameSchema, ...Type.Partial(Type.Object(settingsMembers)).properties },
  { additionalProperties: false },
);

/** Body of `PATCH /clients/{id}`: what is left out stays as it is. */
export const updateClientBody = Type.Partial(
  Type.Object({ name: clientNameSchema, ...settingsMembers }),
  { additionalProperties: false, minProperties: 1 },
);

/** The path parameters of one client: `{id}` is its `client_id`. */
export const clientParams = Type.Object({
  id: textSchema({
    description: "The `client_id`, from `POST /api/v1/clients`.",
    minLength: 1,
    maxLength: 500,
    examples: ["YOUR_CLIENT_ID"],
  }),
});

/** A client in responses. */
export const clientSchema = Type.Object(
  {
    client_id: Type.String(),
    name: Type.String(),
    ...settingsMembers,
    created_by: Type.String({
      description: "`api`, `command`, `registration` or `metadata_document`.",
    }),
    created_at: Type.String({ format: "date-time" }),
  },
  // oapi-codegen calls the API client that it generates `Client`.
  { $id: "Client", "x-go-name": "OAuthClient" },
);

/** `data` of a response with a client. */
export const clientResponseSchema = Type.Object({ client: clientSchema });

/** `data` of a response that contains a secret. */
export const clientWithSecretSchema = Type.Object({
  client: clientSchema,
  client_secret: Type.Optional(
    Type.String({
      description: "Returned only once; only its hash is stored. Absent for a client without one.",
    }),
  ),
});

/** The settings that a body has, by the names of the table. */
export function settingsOf(body: Static<typeof updateClientBody>): Partial<ClientSettings> {
  const settings = {
    name: body.name,
    redirectUris: body.redirect_uris,
    postLogoutRedirectUris: body.post_logout_redirect_uris,
    grantTypes: body.grant_types,
    scopes: body.scopes,
    tokenEndpointAuthMethod: body.token_endpoint_auth_method,
    jwks: body.jwks,
    jwksUri: body.jwks_uri,
    idTokenSignedResponseAlg: body.id_token_signed_response_alg,
    trusted: body.trusted,
    requireMfa: body.require_mfa,
    backchannelLogoutUri: body.backchannel_logout_uri,
    backchannelLogoutSessionRequired: body.backchannel_logout_session_required,
  };
  return withoutUndefined(settings);
}

type Given<T> = { [Name in keyof T]?: Exclude<T[Name], undefined> };

function withoutUndefined<T extends object>(members: T): Given<T> {
  const given = Object.entries(members).filter(([, value]) => value !== undefined);
  return asGiven<T>(Object.fromEntries(given));
}

function asGiven<T>(members: unknown): Given<T> {
  return members as Given<T>;
}

/** The wire form of a client. */
export function viewClient(client: ClientRecord): Static<typeof clientSchema> {
  return {
    client_id: client.clientId,
    name: client.name,
    redirect_uris: client.redirectUris,
    post_logout_redirect_uris: client.postLogoutRedirectUris,
    grant_types: client.grantTypes,
    scopes: client.scopes,
    token_endpoint_auth_method: client.tokenEndpointAuthMethod,
    jwks: client.jwks === null ? null : { keys: client.jwks.keys.map((key) => ({ ...key })) },
    jwks_uri: client.jwksUri,
    id_token_signed_response_alg: client.idTokenSignedResponseAlg,
    trusted: client.trusted,
    require_mfa: client.requireMfa,
    backchannel_logout_uri: client.backchannelLogoutUri,
    backchannel_logout_session_required: client.backchannelLogoutSessionRequired,
    created_by: client.createdBy,
    created_at: client.createdAt.toISOString(),
  };
}
