import { Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/envelope.ts";
import { linkTokenSchema } from "../email-challenges/index.ts";
import { emailSchema } from "../users/index.ts";

/** Body of `POST /auth/magic-link`. */
export const requestMagicLinkBody = Type.Object(
  { email: emailSchema },
  { additionalProperties: false },
);

/** Body of `POST /auth/magic-link/verify`: the link's token, or the address and the code. */
export const signInByMailBody = Type.Object(
  {
    token: Type.Optional(linkTokenSchema),
    email: Type.Optional(emailSchema),
    code: Type.Optional(
      Type.String({
        pattern: "^[0-9]{6}$",
        description: "The code of the e-mail; requires `email`.",
        examples: ["123456"],
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "Either `token`, or `email` and `code`; not both.",
    examples: [{ email: "ada@example.com", code: "123456" }],
  },
);

/** `data` of a request whose response is the same for every address. */
export const magicLinkRequestedSchema = Type.Object({ message: messageSchema });
