import { type Static, Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/message.ts";
import { textSchema } from "../../platform/http/text-schema.ts";
import { userSchema } from "../users/index.ts";
import type { Permission } from "./permissions.ts";
import type { RoleRecord } from "./queries.ts";
import { maximumRoles } from "./errors.ts";

const nullableText = Type.Union([Type.String(), Type.Null()]);

/** A role's name as received. */
export const roleNameSchema = Type.String({
  description: "Begins with a letter; up to 64 small letters, digits, `.`, `_`, `-`.",
  maxLength: 64,
  pattern: "^[a-z][a-z0-9._-]*$",
  examples: ["accountant"],
});

/** A permission's name as received. */
export const permissionNameSchema = Type.String({
  description:
    "`<what>:<done to it>`, each beginning with a letter; small letters, digits, `.`, `_`, `-`.",
  maxLength: 128,
  pattern: "^[a-z][a-z0-9._-]*:[a-z][a-z0-9._-]*$",
  examples: ["invoices:approve"],
});

const descriptionSchema = Type.Union(
  [
    textSchema({
      description: "For whoever decides who gets it.",
      maxLength: 500,
      examples: ["Approves invoices."],
    }),
    Type.Null(),
  ],
  { description: "What it is for." },
);

const permissionNames = Type.Array(permissionNameSchema, {
  description: "What holders of the role may do: all of it, also when it changes.",
  maxItems: 200,
});

/** Body of `POST /roles`. */
export const createRoleBody = Type.Object(
  {
    name: roleNameSchema,
    description: Type.Optional(descriptionSchema),
    permissions: Type.Optional(permissionNames),
  },
  { additionalProperties: false },
);

/** Body of `PATCH /roles/{name}`. */
export const updateRoleBody = Type.Object(
  {
    description: Type.Optional(descriptionSchema),
    permissions: Type.Optional(permissionNames),
  },
  { additionalProperties: false },
);

/** Body of `POST /permissions`. */
export const createPermissionBody = Type.Object(
  { name: permissionNameSchema, description: Type.Optional(descriptionSchema) },
  { additionalProperties: false },
);

/** A user's roles as received. */
export const roleNamesSchema = Type.Array(roleNameSchema, {
  description: `All that she is to have, at most ${maximumRoles} beside \`user\`, which she has in any case.`,
  maxItems: maximumRoles + 1,
});

/** Body of `PUT /users/{id}/roles`. */
export const assignRolesBody = Type.Object(
  {
    roles: roleNamesSchema,
  },
  { additionalProperties: false },
);

/** A user after a change of her roles, to whoever made it. */
export const changedUserSchema = Type.Object(
  { ...Type.Partial(userSchema).properties, id: userSchema.properties.id },
  { description: "All of her with the permission `users:read`, else her id and her roles." },
);

/** The path of one role. What is no name of ours is not found, as if there were no such role. */
export const roleParams = Type.Object({
  name: textSchema({ description: "The role's name.", minLength: 1, maxLength: 128 }),
});

/** The path of one user. What is no id of ours is not found, as if there were no such user. */
export const userParams = Type.Object({
  id: textSchema({ description: "The user's id.", minLength: 1, maxLength: 64 }),
});

/** A role as every answer shows it. */
export const roleSchema = Type.Object({
  name: Type.String(),
  description: nullableText,
  permissions: Type.Array(Type.String(), { description: "In alphabetical order." }),
});

/** A role after a change, to whoever made it. */
export const changedRoleSchema = Type.Object(
  { ...Type.Partial(roleSchema).properties, name: roleSchema.properties.name },
  { description: "All of it with the permission `roles:read`, else its name and what was sent." },
);

/** `data` of a made role. */
export const roleCreatedSchema = Type.Object({ message: messageSchema, role: roleSchema });

/** A permission as every answer shows it. */
export const permissionSchema = Type.Object({ name: Type.String(), description: nullableText });

/** `data` of a made permission. */
export const permissionCreatedSchema = Type.Object({
  message: messageSchema,
  permission: permissionSchema,
});

/** The wire form of a role. */
export function viewRole({
  name,
  description,
  permissions,
}: RoleRecord): Static<typeof roleSchema> {
  return { name, description, permissions: [...permissions] };
}

/** The wire form of a permission. */
export function viewPermission({ name, description }: Permission): Static<typeof permissionSchema> {
  return { name, description };
}
