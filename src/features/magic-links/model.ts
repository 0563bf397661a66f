import { Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/message.ts";
import { emailSchema } from "../users/index.ts";

/** Body of `POST /auth/magic-link`. */
export const requestMagicLinkBody = Type.Object(
  { email: emailSchema },
  { additionalProperties: false },
);

/** Body of `POST /auth/magic-link/verify`: the link's token, or the address and the code. */
export const signInByMailBody = Type.Object(
  {
    token: Type.Optional(
      Type.String({ minLength: 1, maxLength: 512, description: "From the mailed link." }),
    ),
    email: Type.Optional(emailSchema),
    code: Type.Optional(
      Type.String({
        pattern: "^[0-9]{6}$",
        description: "From the mail; goes with `email`.",
        examples: ["123456"],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "Either `token`, or `email` and `code`; not both.",
  },
);

/** `data` of a request that is answered alike whoever asks. */
export const magicLinkRequestedSchema = Type.Object({ message: messageSchema });
