import { type Static, Type } from "@sinclair/typebox";

import { textSchema } from "../../platform/http/text-schema.ts";

/** A user in responses. */
export const userSchema = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    email: Type.String({ format: "email" }),
    username: Type.Union([Type.String(), Type.Null()]),
    name: Type.Union([Type.String(), Type.Null()]),
    email_verified: Type.Boolean(),
    roles: Type.Array(Type.String(), { description: "Always `user`, and every assigned role." }),
  },
  { $id: "User", description: "A user." },
);

/** The wire form of a user. */
export type UserView = Static<typeof userSchema>;

/** An e-mail address as received; `canonicalEmail` decides on it. */
export const emailSchema = Type.String({
  description: "E-mail address.",
  maxLength: 1000,
  examples: ["ada@example.com"],
});

/** A username as received. It has no `@`, so that it cannot be an e-mail address. */
export const usernameSchema = Type.String({
  description:
    "2 to 64 letters, digits, `.`, `_`, `-`, beginning with a letter or digit. Usernames that differ only in case are the same.",
  minLength: 2,
  maxLength: 64,
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$",
  examples: ["ada"],
});

/** A person's name as received. */
export const nameSchema = textSchema({
  description: "The name that the user is addressed by.",
  minLength: 1,
  maxLength: 200,
  examples: ["Ada Lovelace"],
});

const usernameForm = new RegExp(usernameSchema.pattern ?? "");

/** Whether a string may be a username. */
export function isUsername(text: string): boolean {
  return text.length >= 2 && text.length <= 64 && usernameForm.test(text);
}
