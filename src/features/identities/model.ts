import { type Static, Type } from "@sinclair/typebox";

import { idSchema } from "../../platform/http/text-schema.ts";
import type { IdentityRecord } from "./queries.ts";

/** An identity in responses. */
export const identitySchema = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    provider: Type.String({ description: "The provider's name, as in its path." }),
    email: Type.Union([Type.String(), Type.Null()], {
      description: "The user's address at the provider at the last sign-in.",
    }),
    created_at: Type.String({ format: "date-time", description: "When it was linked." }),
    last_used_at: Type.String({ format: "date-time" }),
  },
  { $id: "Identity", description: "An account at a provider with which the user can sign in." },
);

/** The wire form of an identity. */
export function viewIdentity(identity: IdentityRecord): Static<typeof identitySchema> {
  return {
    id: identity.id,
    provider: identity.provider,
    email: identity.email,
    created_at: identity.createdAt.toISOString(),
    last_used_at: identity.lastUsedAt.toISOString(),
  };
}

/** The path of one identity. */
export const identityParams = Type.Object({
  id: idSchema("The identity's id, from `GET /api/v1/users/me/identities`."),
});

const nullableText = Type.Union([Type.String(), Type.Null()]);

/** The kept tokens of a provider, as they are sealed and in responses. */
export const keptTokensSchema = Type.Object({
  access_token: Type.String(),
  refresh_token: nullableText,
  id_token: nullableText,
  scope: nullableText,
  expires_at: Type.Union([Type.String({ format: "date-time" }), Type.Null()], {
    description: "When the access token expires; null if the provider did not say.",
  }),
});

/** The kept tokens of a provider. */
export type KeptTokens = Static<typeof keptTokensSchema>;
