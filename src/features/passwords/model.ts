import { Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/envelope.ts";
import { passwordSchema, textSchema } from "../../platform/http/text-schema.ts";
import { linkTokenSchema } from "../email-challenges/index.ts";
import { tokenResponseSchema } from "../tokens/index.ts";
import { emailSchema, nameSchema, usernameSchema } from "../users/index.ts";

const newPassword = passwordSchema("The new password.");
const registerFields = {
  password_confirmation: Type.Optional(passwordSchema("If present, must equal `password`.")),
  username: Type.Optional(usernameSchema),
  name: Type.Optional(nameSchema),
};

/** Body of `POST /auth/register`. */
export const registerBody = Type.Object(
  { email: emailSchema, password: newPassword, ...registerFields },
  { additionalProperties: false },
);

/** The same with `PASSWORDLESS_SIGN_UP`. */
export const registerWithoutPasswordBody = Type.Object(
  { email: emailSchema, password: Type.Optional(newPassword), ...registerFields },
  { additionalProperties: false },
);

/** `data` of a registration; with the tokens if no verification is required. */
export const registeredSchema = Type.Composite([
  Type.Object({
    user_id: Type.String({ format: "uuid" }),
    email: Type.String({ format: "email" }),
    message: messageSchema,
  }),
  Type.Partial(Type.Omit(tokenResponseSchema, ["user_id"])),
]);

/** Body of `POST /auth/login`: one of `email` and `username`. */
export const logInBody = Type.Object(
  {
    email: Type.Optional(emailSchema),
    username: Type.Optional(
      textSchema({
        description: "Instead of `email`: a username, or an e-mail address.",
        minLength: 1,
        maxLength: 254,
      }),
    ),
    password: passwordSchema("The password."),
  },
  {
    additionalProperties: false,
    description: "Either `email` or `username`, not both.",
    examples: [{ email: "ada@example.com", password: "SecurePassword123!" }],
  },
);

/** Body of `POST /auth/password/reset`. */
export const requestResetBody = Type.Object(
  { email: emailSchema },
  { additionalProperties: false },
);

/** Body of `POST /auth/password/reset-confirm`. */
export const resetPasswordBody = Type.Object(
  {
    token: linkTokenSchema,
    password: passwordSchema("The new password."),
    password_confirmation: Type.Optional(passwordSchema("If present, must equal `password`.")),
  },
  { additionalProperties: false },
);

const nextPassword = "AnotherPassword456!";

/** Body of `POST /auth/password/change`. */
export const changePasswordBody = Type.Object(
  {
    current_password: passwordSchema("The current password."),
    new_password: passwordSchema("The new password.", nextPassword),
    new_password_confirmation: Type.Optional(
      passwordSchema("If present, must equal `new_password`.", nextPassword),
    ),
  },
  { additionalProperties: false },
);

/** `data` of a response with a message only. */
export const toldSchema = Type.Object({ message: messageSchema });
