import { Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/envelope.ts";
import { passwordSchema } from "../../platform/http/text-schema.ts";
import { linkTokenSchema } from "../email-challenges/index.ts";
import { emailSchema } from "../users/index.ts";

/** Body of `POST /auth/email/change`. */
export const requestEmailChangeBody = Type.Object(
  {
    new_email: { ...emailSchema, examples: ["ada.lovelace@example.com"] },
    password: Type.Optional(passwordSchema("Required if the account has a password.")),
  },
  { additionalProperties: false },
);

/** Body of `POST /auth/email/change-confirm`. */
export const confirmEmailChangeBody = Type.Object(
  {
    token: linkTokenSchema,
  },
  { additionalProperties: false },
);

/** `data` of a request to change the address. */
export const emailChangeRequestedSchema = Type.Object({ message: messageSchema });

/** `data` of a changed address. */
export const emailChangedSchema = Type.Object({
  message: messageSchema,
  email: Type.String({ format: "email", description: "The new address." }),
});
