import { Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/envelope.ts";
import { textSchema } from "../../platform/http/text-schema.ts";
import { maximumTokenLength } from "../../platform/jwt/jwt-signer.ts";
import { identitySchema } from "../identities/index.ts";
import { tokenResponseSchema } from "../tokens/index.ts";

const providerName = textSchema({
  description: "The name of a provider, such as `google`.",
  minLength: 1,
  maxLength: 64,
  examples: ["google"],
});

/** The path of a provider. */
export const providerParams = Type.Object({ provider: providerName });

/** The path of a request to link an identity, whose last segment is the name of a provider. */
export const linkParams = Type.Object({ id: providerName });

const redirectUri = textSchema({
  description: "One of the addresses in `REDIRECT_URIS`, to which the browser returns.",
  maxLength: 1024,
});

/** The query of `GET /auth/oauth/{provider}`. */
export const startQuery = Type.Object(
  {
    redirect_uri: Type.Optional(redirectUri),
    state: Type.Optional(
      Type.String({
        pattern: "^[\\x20-\\x7e]{0,512}$",
        description: "A value of the application, which is returned beside the code.",
      }),
    ),
    code_challenge: Type.Optional(
      Type.String({
        pattern: "^[A-Za-z0-9_-]{43}$",
        description:
          "The application's PKCE challenge (RFC 7636); the exchange then requires its verifier.",
      }),
    ),
    code_challenge_method: Type.Optional(Type.String({ description: "`S256`.", maxLength: 16 })),
    ticket: Type.Optional(
      Type.String({
        maxLength: 4096,
        description: "The ticket in the `authorize_url` of a request to link an identity.",
      }),
    ),
  },
  { additionalProperties: true },
);

/** What a provider sends to the callback; it may send more. The callback itself checks each value. */
export const callbackBody = Type.Object(
  {
    state: Type.Optional(
      Type.String({
        description: "The `state` of the start, as the provider got it from the browser.",
        examples: ["STATE_OF_THE_START"],
      }),
    ),
    code: Type.Optional(
      Type.String({
        description: "The authorization code (RFC 6749 §4.1.2), from the provider.",
        examples: ["CODE_OF_THE_PROVIDER"],
      }),
    ),
    error: Type.Optional(Type.String({ description: "An error code (RFC 6749 §4.1.2.1)." })),
    iss: Type.Optional(Type.String({ description: "The provider's issuer (RFC 9207)." })),
  },
  { additionalProperties: Type.String() },
);

/** The same as parameters of a query, for the document: the callback reads the query itself. */
export const callbackParameters = Object.entries(callbackBody.properties).map(
  ([name, { description, examples }]) => {
    const given: unknown = examples;
    const example: unknown = Array.isArray(given) ? given[0] : undefined;
    return {
      name,
      in: "query",
      required: false,
      description: description ?? "",
      ...(example === undefined ? {} : { example }),
      schema: { type: "string" } as const,
    };
  },
);

/** Body of `POST /auth/oauth/exchange`. */
export const exchangeBody = Type.Object(
  {
    code: textSchema({
      minLength: 1,
      maxLength: maximumTokenLength,
      description: "The one-time code of the redirect; valid for 60 seconds.",
      examples: ["CODE_OF_THE_REDIRECT"],
    }),
    code_verifier: Type.Optional(
      textSchema({
        minLength: 1,
        maxLength: 128,
        description: "The PKCE verifier (RFC 7636 §4.1); required if the start had a challenge.",
      }),
    ),
  },
  { additionalProperties: false },
);

/** Body of `POST /auth/oauth/{provider}/token`. */
export const idTokenBody = Type.Object(
  {
    id_token: textSchema({
      minLength: 1,
      maxLength: 8192,
      description: "The ID token that the application got from the provider.",
      examples: ["ID_TOKEN_OF_THE_PROVIDER"],
    }),
    nonce: textSchema({
      minLength: 1,
      maxLength: 512,
      description: "The nonce of the application's request. The token contains it, or its SHA-256.",
      examples: ["NONCE_OF_YOUR_REQUEST"],
    }),
  },
  { additionalProperties: false },
);

/** Body of `POST /users/me/identities/{provider}`. */
export const linkBody = Type.Optional(
  Type.Object({ redirect_uri: Type.Optional(redirectUri) }, { additionalProperties: false }),
);

/** `data` of the list of providers. */
export const providersSchema = Type.Object({
  items: Type.Array(
    Type.Object(
      {
        name: Type.String({ examples: ["google"] }),
        authorize_url: Type.String({
          description: "Where a browser starts a sign-in; append `?redirect_uri=`.",
        }),
      },
      { $id: "Provider" },
    ),
  ),
});

/** `data` of a request to link an identity. */
export const linkStartedSchema = Type.Object({
  authorize_url: Type.String({
    description: "Where the user's browser continues, within ten minutes.",
  }),
});

/** `data` of a callback without the address of an application: tokens, or the identity that was linked. */
export const callbackSchema = Type.Union([
  tokenResponseSchema,
  Type.Object({ message: messageSchema, identity: identitySchema }),
]);
