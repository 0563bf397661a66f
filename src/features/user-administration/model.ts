import { type Static, Type } from "@sinclair/typebox";

import { listQuery } from "../../platform/http/list.ts";
import { messageSchema } from "../../platform/http/message.ts";
import { textSchema } from "../../platform/http/text-schema.ts";
import { roleNamesSchema, viewUser } from "../roles/index.ts";
import {
  emailSchema,
  profileFields,
  profileSchema,
  userSchema,
  viewProfile,
} from "../users/index.ts";
import { type Account, statusOf } from "./account.ts";
import type { UserFilter } from "./list-users.ts";

/** The query of `GET /users`. */
export const usersQuery = Type.Object(
  {
    ...listQuery.properties,
    q: Type.Optional(
      textSchema({
        description:
          "Only users with this in their address, username or name, whatever the case. Nothing in it has a special meaning.",
        maxLength: 254,
        examples: ["ada"],
      }),
    ),
    role: Type.Optional(
      textSchema({ description: "Only who has this role.", maxLength: 128, examples: ["admin"] }),
    ),
    status: Type.Optional(
      Type.Union(
        [
          Type.Literal("active"),
          Type.Literal("disabled"),
          Type.Literal("unverified"),
          Type.Literal("deleted"),
        ],
        {
          description:
            "`unverified` are active ones whose address was never verified. Without it: all but the deleted ones.",
        },
      ),
    ),
  },
  { additionalProperties: false },
);

/** Which users such a query asks for. */
export function filterOfQuery({ q, role, status }: Static<typeof usersQuery>): UserFilter {
  return { text: q ?? null, role: role ?? null, status: status ?? null };
}

/** Body of `POST /users`. */
export const createUserBody = Type.Object(
  { email: emailSchema, ...profileFields, roles: Type.Optional(roleNamesSchema) },
  {
    additionalProperties: false,
    description: "No password: she chooses it herself, by the link that is mailed to her.",
  },
);

/** What is known of a user who is to be invited. */
export type NewUser = Static<typeof createUserBody>;

/** Body of `PATCH /users/{id}`. */
export const updateUserBody = Type.Object(
  {
    ...profileFields,
    status: Type.Optional(
      Type.Union([Type.Literal("active"), Type.Literal("disabled")], {
        description:
          "`disabled` ends all of her sessions at once and lets her in nowhere, until she is `active` again.",
      }),
    ),
    email_verified: Type.Optional(
      Type.Literal(true, {
        description: "You vouch that the address is hers. It cannot be taken back.",
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "What is left out stays as it is; `null` takes it away.",
  },
);

/** What is to change about a user. */
export type UserUpdate = Static<typeof updateUserBody>;

/** The path of one user. What is no id of ours is not found, as if there were no such user. */
export const userParams = Type.Object({
  id: textSchema({ description: "The user's id.", minLength: 1, maxLength: 64 }),
});

/** A user as those see her who govern users. */
export const accountSchema = Type.Composite([
  userSchema,
  profileSchema,
  Type.Object({
    status: Type.Union([Type.Literal("active"), Type.Literal("disabled"), Type.Literal("deleted")]),
    created_at: Type.String({ format: "date-time" }),
    updated_at: Type.String({ format: "date-time" }),
    disabled_at: nullableMoment("Since when she may not sign in."),
    deleted_at: nullableMoment("Since when her address and username are free."),
  }),
]);

/** The same after a change, to whoever made it. */
export const changedAccountSchema = Type.Object(
  { ...Type.Partial(accountSchema).properties, id: accountSchema.properties.id },
  { description: "All of her with the permission `users:read`, else her id and what was written." },
);

/** `data` of a made user. */
export const userCreatedSchema = Type.Object({
  message: messageSchema,
  user_id: Type.String({ format: "uuid" }),
  user: accountSchema,
});

/** `data` of an answer that has nothing but a message. */
export const toldSchema = Type.Object({ message: messageSchema });

/** `data` of ended sessions. */
export const sessionsRevokedSchema = Type.Object({
  message: messageSchema,
  revoked: Type.Integer({ description: "How many sessions were ended." }),
});

/** The wire form of an account. */
export function viewAccount(account: Account): Static<typeof accountSchema> {
  return {
    ...viewUser(account),
    ...viewProfile(account),
    status: statusOf(account),
    created_at: account.createdAt.toISOString(),
    updated_at: account.updatedAt.toISOString(),
    disabled_at: account.disabledAt?.toISOString() ?? null,
    deleted_at: account.deletedAt?.toISOString() ?? null,
  };
}

function nullableMoment(description: string) {
  return Type.Union([Type.String({ format: "date-time" }), Type.Null()], { description });
}
