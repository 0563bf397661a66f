import { type Static, Type } from "@sinclair/typebox";

import { textSchema } from "../../platform/http/text-schema.ts";

/** A user as every answer shows her. */
export const userSchema = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    email: Type.String({ format: "email" }),
    username: Type.Union([Type.String(), Type.Null()]),
    name: Type.Union([Type.String(), Type.Null()]),
    email_verified: Type.Boolean(),
    roles: Type.Array(Type.String(), { description: "Always `user`, and what was given beyond." }),
  },
  { description: "The user." },
);

/** The wire form of a user. */
export type UserView = Static<typeof userSchema>;

/** An e-mail address as received; `canonicalEmail` decides on it. */
export const emailSchema = Type.String({
  description: "E-mail address.",
  maxLength: 1000,
  examples: ["ada@example.com"],
});

/** A username as received. It has no `@`, so that it is never taken for an address. */
export const usernameSchema = Type.String({
  description:
    "2 to 64 letters, digits, `.`, `_`, `-`, beginning with a letter or digit. Case does not tell two apart.",
  minLength: 2,
  maxLength: 64,
  pattern: "^[A-Za-z0-9][A-Za-z0-9._-]*$",
  examples: ["ada"],
});

/** A person's name as received. */
export const nameSchema = textSchema({
  description: "The name to address the user by.",
  minLength: 1,
  maxLength: 200,
  examples: ["Ada Lovelace"],
});

const usernameForm = new RegExp(usernameSchema.pattern ?? "");

/** Whether a text may be a username. */
export function isUsername(text: string): boolean {
  return text.length >= 2 && text.length <= 64 && usernameForm.test(text);
}
