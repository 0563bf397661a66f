import { Type } from "@sinclair/typebox";

import { accessTokenSchema } from "../tokens/index.ts";
import { profileSchema, userSchema } from "../users/index.ts";

/** The signed-in user. */
export const ownUserSchema = Type.Composite(
  [
    userSchema,
    profileSchema,
    Type.Object({
      created_at: Type.String({ format: "date-time" }),
      updated_at: Type.String({ format: "date-time" }),
    }),
  ],
  { $id: "CurrentUser" },
);

/** Body of `POST /auth/validate-token`. */
export const validateTokenBody = Type.Object(
  { token: accessTokenSchema },
  { additionalProperties: false },
);

/** `data` of a valid token. */
export const validTokenSchema = Type.Object({
  is_valid: Type.Literal(true),
  user_id: Type.String({ format: "uuid" }),
  email: Type.String({ format: "email" }),
  email_verified: Type.Boolean(),
  expires_at: Type.String({ format: "date-time" }),
  session_id: Type.String({ format: "uuid" }),
  roles: Type.Array(Type.String()),
  permissions: Type.Array(Type.String()),
});
