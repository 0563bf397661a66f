import { type Static, Type } from "@sinclair/typebox";

import { listQuery } from "../../platform/http/list.ts";
import { messageSchema } from "../../platform/http/envelope.ts";
import { idSchema, textSchema } from "../../platform/http/text-schema.ts";
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
          "Only users whose e-mail address, username or name contains this text, ignoring case. No character is a wildcard.",
        maxLength: 254,
        examples: ["ada"],
      }),
    ),
    role: Type.Optional(
      textSchema({
        description: "Only users with this role.",
        maxLength: 128,
        examples: ["admin"],
      }),
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
            "`unverified`: active users whose e-mail address was never verified. Default: all users but deleted ones.",
        },
      ),
    ),
  },
  { additionalProperties: false },
);

/** The filter of such a query. */
export function filterOfQuery({ q, role, status }: Static<typeof usersQuery>): UserFilter {
  return { text: q ?? null, role: role ?? null, status: status ?? null };
}

/** Body of `POST /users`. */
export const createUserBody = Type.Object(
  { email: emailSchema, ...profileFields, roles: Type.Optional(roleNamesSchema) },
  {
    additionalProperties: false,
    description: "Without a password: the user chooses it through the link that is sent by e-mail.",
    examples: [
      { email: "grace@example.com", username: "grace", name: "Grace Hopper", locale: "en-US" },
    ],
  },
);

/** A user who is to be invited. */
export type NewUser = Static<typeof createUserBody>;

/** Body of `PATCH /users/{id}`. */
export const updateUserBody = Type.Object(
  {
    ...profileFields,
    status: Type.Optional(
      Type.Union([Type.Literal("active"), Type.Literal("disabled")], {
        description:
          "`disabled` ends all sessions of the user immediately and prevents every sign-in until the user is `active` again.",
      }),
    ),
    email_verified: Type.Optional(
      Type.Literal(true, {
        description: "States that the address belongs to the user. It cannot be undone.",
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "A field that is left out is not changed; `null` removes its value.",
    examples: [{ name: "Grace Brewster Hopper", status: "active", email_verified: true }],
  },
);

/** The changes to a user. */
export type UserUpdate = Static<typeof updateUserBody>;

/** The path of one user. */
export const userParams = Type.Object({ id: idSchema("The user's id, from `GET /api/v1/users`.") });

/** A user in responses to administrators. */
export const accountSchema = Type.Composite(
  [
    userSchema,
    profileSchema,
    Type.Object({
      status: Type.Union([
        Type.Literal("active"),
        Type.Literal("disabled"),
        Type.Literal("deleted"),
      ]),
      created_at: Type.String({ format: "date-time" }),
      updated_at: Type.String({ format: "date-time" }),
      disabled_at: nullableTimestamp("The time since which the user cannot sign in."),
      deleted_at: nullableTimestamp("The time since which the e-mail address is free."),
    }),
  ],
  { $id: "UserAccount" },
);

/** The same after a change, in the response to the caller. */
export const changedAccountSchema = Type.Object(
  { ...Type.Partial(accountSchema).properties, id: accountSchema.properties.id },
  {
    description:
      "The whole user if the caller has `users:read`; otherwise the id and the fields that were written.",
  },
);

/** `data` of a created user. */
export const userCreatedSchema = Type.Object({
  message: messageSchema,
  user_id: Type.String({ format: "uuid" }),
  user: accountSchema,
});

/** `data` of a response with a message only. */
export const toldSchema = Type.Object({ message: messageSchema });

/** `data` of ended sessions. */
export const sessionsRevokedSchema = Type.Object({
  message: messageSchema,
  revoked: Type.Integer({ description: "The number of sessions that were ended." }),
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

function nullableTimestamp(description: string) {
  return Type.Union([Type.String({ format: "date-time" }), Type.Null()], { description });
}
