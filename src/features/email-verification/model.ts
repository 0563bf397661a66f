import { Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/envelope.ts";
import { linkTokenSchema } from "../email-challenges/index.ts";
import { emailSchema } from "../users/index.ts";

/** Body of `POST /auth/verify-email`. */
export const verifyEmailBody = Type.Object(
  {
    token: linkTokenSchema,
  },
  { additionalProperties: false },
);

/** Body of `POST /auth/verify`. */
export const verifyCodeBody = Type.Object(
  {
    email: emailSchema,
    code: Type.String({
      pattern: "^[0-9]{6}$",
      description: "The code of the e-mail.",
      examples: ["123456"],
    }),
  },
  { additionalProperties: false },
);

/** Body of `POST /auth/resend-verification`. */
export const resendVerificationBody = Type.Object(
  { email: emailSchema },
  { additionalProperties: false },
);

/** `data` of a verified address. */
export const verifiedSchema = Type.Object({
  message: messageSchema,
  user_id: Type.String({ format: "uuid" }),
});

/** `data` of a request whose response is the same for every address. */
export const requestedSchema = Type.Object({ message: messageSchema });
