import { type Static, Type } from "@sinclair/typebox";

import { idSchema, textSchema } from "../../platform/http/text-schema.ts";
import type { PasskeyRecord } from "./queries.ts";

/** Base64url text of bounded length (RFC 4648 §5, without padding). */
function bytesSchema(description: string, maxLength: number) {
  return Type.String({ description, pattern: "^[A-Za-z0-9_-]+$", maxLength });
}

const credentialId = bytesSchema("The credential's id, from the browser.", 4096);
const clientDataJson = bytesSchema("The client data.", 8192);
const type = Type.Literal("public-key");

/** Browsers and password managers add members, such as `authenticatorAttachment`: they are ignored. */
const open = { additionalProperties: true };

/** The name that a user gives to a passkey. */
const name = textSchema({
  description: "The user's name for it.",
  minLength: 1,
  maxLength: 64,
  examples: ["Laptop"],
});

/** Body of `POST /auth/passkeys/register/verify`: `RegistrationResponseJSON` (WebAuthn §5.1), and a name. */
export const registerPasskeyBody = Type.Object(
  {
    id: credentialId,
    rawId: credentialId,
    type,
    response: Type.Object(
      {
        clientDataJSON: clientDataJson,
        attestationObject: bytesSchema("The attestation object.", 32_768),
        transports: Type.Optional(
          Type.Array(Type.String({ pattern: "^[a-z-]{1,32}$" }), { maxItems: 16 }),
        ),
      },
      open,
    ),
    name: Type.Optional(name),
  },
  {
    ...open,
    description:
      "What `toJSON()` of the created credential returns (`RegistrationResponseJSON`), and `name` beside it.",
    examples: [
      {
        id: "CREDENTIAL_ID",
        rawId: "CREDENTIAL_ID",
        type: "public-key",
        response: { clientDataJSON: "CLIENT_DATA", attestationObject: "ATTESTATION_OBJECT" },
        name: "Laptop",
      },
    ],
  },
);

/** What an authenticator proves: `AuthenticationResponseJSON` (WebAuthn §5.1), and the id of its challenge. */
export const assertionSchema = Type.Object(
  {
    challenge_id: idSchema("`challenge_id` of the options."),
    id: credentialId,
    rawId: credentialId,
    type,
    response: Type.Object(
      {
        clientDataJSON: clientDataJson,
        authenticatorData: bytesSchema("The authenticator data.", 8192),
        signature: bytesSchema("The signature.", 4096),
        userHandle: Type.Optional(
          Type.Union([bytesSchema("The user's handle.", 128), Type.Null()], {
            description: "Passkeys always have one.",
          }),
        ),
      },
      open,
    ),
  },
  {
    ...open,
    description:
      "What `toJSON()` of the credential returns (`AuthenticationResponseJSON`), and `challenge_id` beside it.",
    examples: [
      {
        challenge_id: "018f3e5c-7b1a-7c3d-9e4f-5a6b7c8d9e0f",
        id: "CREDENTIAL_ID",
        rawId: "CREDENTIAL_ID",
        type: "public-key",
        response: {
          clientDataJSON: "CLIENT_DATA",
          authenticatorData: "AUTHENTICATOR_DATA",
          signature: "SIGNATURE",
        },
      },
    ],
  },
);

/** What an authenticator proves, as received. */
export type Assertion = Static<typeof assertionSchema>;

const descriptor = Type.Object({
  type,
  id: Type.String(),
  transports: Type.Array(Type.String()),
});

/** `data` of `POST /auth/passkeys/register/options`. */
export const creationOptionsSchema = Type.Object(
  {
    rp: Type.Object({ id: Type.String(), name: Type.String() }),
    user: Type.Object({ id: Type.String(), name: Type.String(), displayName: Type.String() }),
    challenge: Type.String(),
    pubKeyCredParams: Type.Array(Type.Object({ type, alg: Type.Integer() })),
    timeout: Type.Integer({ description: "Milliseconds." }),
    excludeCredentials: Type.Array(descriptor, { description: "The passkeys that the user has." }),
    authenticatorSelection: Type.Object({
      residentKey: Type.Literal("required"),
      requireResidentKey: Type.Literal(true),
      userVerification: Type.Literal("required"),
    }),
    attestation: Type.Literal("none"),
    extensions: Type.Object({ credProps: Type.Literal(true) }),
  },
  { description: "For `PublicKeyCredential.parseCreationOptionsFromJSON` (WebAuthn §5.1.8)." },
);

/** `data` of `POST /auth/passkeys/login/options`. */
export const requestOptionsSchema = Type.Object(
  {
    challenge_id: Type.String({ format: "uuid", description: "To be sent back with the passkey." }),
    challenge: Type.String(),
    rpId: Type.String(),
    timeout: Type.Integer({ description: "Milliseconds." }),
    allowCredentials: Type.Array(descriptor, {
      maxItems: 0,
      description: "Empty: the user chooses among the passkeys of their devices.",
    }),
    userVerification: Type.Literal("required"),
  },
  { description: "For `PublicKeyCredential.parseRequestOptionsFromJSON` (WebAuthn §5.1.9)." },
);

/** A passkey in responses. */
export const passkeySchema = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    name: Type.String(),
    aaguid: Type.String({
      format: "uuid",
      description: "The model of the authenticator; zeros where it does not say.",
    }),
    transports: Type.Array(Type.String(), { description: "WebAuthn §5.8.4." }),
    backup_eligible: Type.Boolean({
      description: "Whether it may be synchronized to other devices.",
    }),
    backed_up: Type.Boolean({ description: "Whether it was synchronized at the last use." }),
    created_at: Type.String({ format: "date-time" }),
    last_used_at: Type.Union([Type.String({ format: "date-time" }), Type.Null()]),
  },
  { $id: "Passkey", description: "A passkey with which the user can sign in." },
);

/** `data` of a response with one passkey. */
export const onePasskeySchema = Type.Object({ passkey: passkeySchema });

/** The path of one passkey. */
export const passkeyParams = Type.Object({
  id: idSchema("The passkey's id, from `GET /api/v1/users/me/passkeys`."),
});

/** Body of `PATCH /users/me/passkeys/{id}`. */
export const renamePasskeyBody = Type.Object({ name }, { additionalProperties: false });

/** `/.well-known/webauthn` (WebAuthn §5.11.1). */
export const relatedOriginsSchema = Type.Object({ origins: Type.Array(Type.String()) });

/** The wire form of a passkey. */
export function viewPasskey(passkey: PasskeyRecord): Static<typeof passkeySchema> {
  return {
    id: passkey.id,
    name: passkey.name,
    aaguid: passkey.aaguid,
    transports: [...passkey.transports],
    backup_eligible: passkey.isBackupEligible,
    backed_up: passkey.isBackedUp,
    created_at: passkey.createdAt.toISOString(),
    last_used_at: passkey.lastUsedAt?.toISOString() ?? null,
  };
}
