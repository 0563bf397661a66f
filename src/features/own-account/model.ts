import { Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/envelope.ts";
import { passwordSchema } from "../../platform/http/text-schema.ts";
import { profileFields } from "../users/index.ts";

/** Body of `PATCH /users/me`. */
export const updateProfileBody = Type.Object(profileFields, {
  additionalProperties: false,
  description: "A field that is left out is not changed; `null` removes its value.",
});

/** Body of `DELETE /users/me`; may be missing if the account has no password. */
export const deleteAccountBody = Type.Optional(
  Type.Object(
    { password: Type.Optional(passwordSchema("Required if the account has a password.")) },
    { additionalProperties: false },
  ),
);

/** `data` of a deletion. */
export const deletedSchema = Type.Object({ message: messageSchema });
