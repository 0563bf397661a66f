import { type Static, Type } from "@sinclair/typebox";

import { userSchema } from "../users/index.ts";

/** The `data` of every successful sign-in and refresh. */
export const tokenResponseSchema = Type.Object({
  access_token: Type.String({ description: "Send it as `Authorization: Bearer …`." }),
  refresh_token: Type.Optional(
    Type.String({
      description:
        "Exchange it at `/api/v1/auth/refresh`. With `REFRESH_TOKEN_COOKIE=true` it is in a cookie instead.",
    }),
  ),
  token_type: Type.Literal("bearer"),
  expires_in: Type.Integer({ description: "Seconds until the access token expires." }),
  user_id: Type.String({ format: "uuid" }),
  user: userSchema,
});

/** The wire form of a successful sign-in. */
export type TokenResponse = Static<typeof tokenResponseSchema>;

/** A token in a body. One that is too long to be ours is as invalid as any other that is not. */
export const tokenSchema = Type.String({ minLength: 1 });
