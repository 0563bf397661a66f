import { Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/message.ts";
import { passwordSchema } from "../../platform/http/text-schema.ts";
import { profileFields } from "../users/index.ts";

/** Body of `PATCH /users/me`. */
export const updateProfileBody = Type.Object(profileFields, {
  additionalProperties: false,
  description: "What is left out stays as it is; `null` takes it away.",
});

/** Body of `DELETE /users/me`; nothing where the account has no password. */
export const deleteAccountBody = Type.Optional(
  Type.Object(
    { password: Type.Optional(passwordSchema("Needed where the account has one.")) },
    { additionalProperties: false },
  ),
);

/** `data` of a deletion. */
export const deletedSchema = Type.Object({ message: messageSchema });
