import { Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/message.ts";
import { tokenSchema } from "../tokens/index.ts";

/** Body of `POST /auth/refresh`. */
export const refreshBody = Type.Object(
  { refresh_token: tokenSchema },
  { additionalProperties: false },
);

/** Body of `POST /auth/logout`; a bearer may stand in its place. */
export const logOutBody = Type.Optional(
  Type.Object({ refresh_token: Type.Optional(tokenSchema) }, { additionalProperties: false }),
);

/** Body of `POST /auth/validate-token`. */
export const validateTokenBody = Type.Object(
  { token: tokenSchema },
  { additionalProperties: false },
);

/** `data` of a log-out. */
export const loggedOutSchema = Type.Object({ message: messageSchema });

/** `data` of a log-out everywhere. */
export const loggedOutEverywhereSchema = Type.Object({
  message: messageSchema,
  revoked: Type.Integer({ description: "How many sessions were ended." }),
});

/** `data` of a valid token. */
export const validTokenSchema = Type.Object({
  is_valid: Type.Literal(true),
  user_id: Type.String({ format: "uuid" }),
  email: Type.String({ format: "email" }),
  expires_at: Type.String({ format: "date-time" }),
  session_id: Type.String({ format: "uuid" }),
  roles: Type.Array(Type.String()),
  permissions: Type.Array(Type.String()),
});
