import { Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/message.ts";
import { emailSchema } from "../users/index.ts";

/** Body of `POST /auth/verify-email`. */
export const verifyEmailBody = Type.Object(
  { token: Type.String({ minLength: 1, maxLength: 512, description: "From the mailed link." }) },
  { additionalProperties: false },
);

/** Body of `POST /auth/verify`. */
export const verifyCodeBody = Type.Object(
  {
    email: emailSchema,
    code: Type.String({
      pattern: "^[0-9]{6}$",
      description: "From the mail.",
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

/** `data` of a request that is answered alike whoever asks. */
export const requestedSchema = Type.Object({ message: messageSchema });
