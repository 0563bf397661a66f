import { type Static, Type } from "@sinclair/typebox";

import { userSchema } from "../users/index.ts";

/** The `data` of every successful sign-in and refresh. */
export const tokenResponseSchema = Type.Object(
  {
    access_token: Type.String({ description: "Sent as `Authorization: Bearer …`." }),
    refresh_token: Type.Optional(
      Type.String({
        description:
          "Exchanged at `/api/v1/auth/refresh`. With `REFRESH_TOKEN_COOKIE=true` it is in a cookie instead.",
      }),
    ),
    token_type: Type.Literal("bearer"),
    expires_in: Type.Integer({ description: "Seconds until the access token expires." }),
    user_id: Type.String({ format: "uuid" }),
    user: userSchema,
  },
  { $id: "TokenResponse" },
);

/** The wire form of a successful sign-in. */
export type TokenResponse = Static<typeof tokenResponseSchema>;

/** A refresh token in a body. There is no upper bound: one that is too long is `INVALID_TOKEN` like any other wrong one. */
export const refreshTokenSchema = Type.String({
  minLength: 1,
  description: "The `refresh_token` of the last sign-in or refresh.",
  examples: ["YOUR_REFRESH_TOKEN"],
});

/** The same for an access token. */
export const accessTokenSchema = Type.String({
  minLength: 1,
  description: "The `access_token` of a sign-in or refresh.",
  examples: ["YOUR_ACCESS_TOKEN"],
});
