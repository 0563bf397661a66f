import { type Static, type TSchema, Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/message.ts";
import { passwordSchema } from "../../platform/http/text-schema.ts";
import { nameSchema, userSchema, usernameSchema } from "../users/index.ts";
import { avatarUrlSchema, localeSchema, phoneSchema } from "./profile-schemas.ts";

const nullableText = nullable(Type.String());

/** The signed-in user as she sees herself. */
export const ownUserSchema = Type.Composite([
  userSchema,
  Type.Object({
    phone: nullableText,
    avatar_url: nullableText,
    locale: nullableText,
    metadata: Type.Record(Type.String(), Type.Unknown()),
  }),
]);

/** Body of `PATCH /users/me`. */
export const updateProfileBody = Type.Object(
  {
    username: Type.Optional(nullable(usernameSchema)),
    name: Type.Optional(nullable(nameSchema)),
    phone: Type.Optional(nullable(phoneSchema)),
    avatar_url: Type.Optional(nullable(avatarUrlSchema)),
    locale: Type.Optional(nullable(localeSchema)),
    metadata: Type.Optional(
      nullable(
        Type.Record(Type.String(), Type.Unknown(), {
          description:
            "The applications' own notes about the user, at most 8 KiB as JSON. It is replaced as a whole.",
        }),
      ),
    ),
  },
  {
    additionalProperties: false,
    description: "What is left out stays as it is; `null` takes it away.",
  },
);

/** What a user says anew of herself; null takes it away, and what is not there stays. */
export type ProfileUpdate = Static<typeof updateProfileBody>;

/** Body of `DELETE /users/me`; nothing where the account has no password. */
export const deleteAccountBody = Type.Optional(
  Type.Object(
    { password: Type.Optional(passwordSchema("Needed where the account has one.")) },
    { additionalProperties: false },
  ),
);

/** `data` of a deletion. */
export const deletedSchema = Type.Object({ message: messageSchema });

function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}
