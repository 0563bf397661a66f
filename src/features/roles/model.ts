import { type Static, Type } from "@sinclair/typebox";

import { messageSchema } from "../../platform/http/envelope.ts";
import { idSchema, textSchema } from "../../platform/http/text-schema.ts";
import { userSchema } from "../users/index.ts";
import type { Permission } from "./permissions.ts";
import type { RoleRecord } from "./queries.ts";
import { maximumRoles } from "./errors.ts";

const nullableText = Type.Union([Type.String(), Type.Null()]);

/** A role's name as received. */
export const roleNameSchema = Type.String({
  description: "Begins with a letter; up to 64 lower-case letters, digits, `.`, `_`, `-`.",
  maxLength: 64,
  pattern: "^[a-z][a-z0-9._-]*$",
  examples: ["accountant"],
});

/** A permission's name as received. */
export const permissionNameSchema = Type.String({
  description:
    "`<resource>:<action>`, each beginning with a letter; lower-case letters, digits, `.`, `_`, `-`.",
  maxLength: 128,
  pattern: "^[a-z][a-z0-9._-]*:[a-z][a-z0-9._-]*$",
  examples: ["invoices:approve"],
});

const descriptionSchema = Type.Union(
  [
    textSchema({
      description: "A note for those who assign it.",
      maxLength: 500,
      examples: ["Approves invoices."],
    }),
    Type.Null(),
  ],
  { description: "The purpose." },
);

const permissionNames = Type.Array(permissionNameSchema, {
  description: "The permissions of every user with the role, with immediate effect.",
  maxItems: 200,
  examples: [["users:read"]],
});

const requireMfaSchema = Type.Boolean({
  description:
    "Whether the role and its permissions are effective only in sessions in which two factors were proven.",
});

/** Body of `POST /roles`. */
export const createRoleBody = Type.Object(
  {
    name: roleNameSchema,
    description: Type.Optional(descriptionSchema),
    permissions: Type.Optional(permissionNames),
    require_mfa: Type.Optional(requireMfaSchema),
  },
  { additionalProperties: false },
);

/** Body of `PATCH /roles/{name}`. */
export const updateRoleBody = Type.Object(
  {
    description: Type.Optional(descriptionSchema),
    permissions: Type.Optional(permissionNames),
    require_mfa: Type.Optional(requireMfaSchema),
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
  description: `All roles of the user: at most ${maximumRoles} beside \`user\`, which every user has.`,
  maxItems: maximumRoles + 1,
  examples: [["accountant"]],
});

/** Body of `PUT /users/{id}/roles`. */
export const assignRolesBody = Type.Object(
  {
    roles: roleNamesSchema,
  },
  { additionalProperties: false },
);

/** A user after a change of their roles, in the response to the caller. */
export const changedUserSchema = Type.Object(
  { ...Type.Partial(userSchema).properties, id: userSchema.properties.id },
  { description: "The whole user if the caller has `users:read`; otherwise the id and the roles." },
);

/** The path of one role. A string that cannot be a role's name is not found, like an unknown name. */
export const roleParams = Type.Object({
  name: textSchema({
    description: "The role's name.",
    minLength: 1,
    maxLength: 128,
    examples: ["accountant"],
  }),
});

/** The path of one user. */
export const userParams = Type.Object({ id: idSchema("The user's id, from `GET /api/v1/users`.") });

/** A role in responses. */
export const roleSchema = Type.Object(
  {
    name: Type.String(),
    description: nullableText,
    permissions: Type.Array(Type.String(), { description: "In alphabetical order." }),
    require_mfa: requireMfaSchema,
  },
  { $id: "Role" },
);

/** A role after a change, in the response to the caller. */
export const changedRoleSchema = Type.Object(
  { ...Type.Partial(roleSchema).properties, name: roleSchema.properties.name },
  {
    description:
      "The whole role if the caller has `roles:read`; otherwise the name and the fields that were sent.",
  },
);

/** `data` of a created role. */
export const roleCreatedSchema = Type.Object({ message: messageSchema, role: roleSchema });

/** A permission in responses. */
export const permissionSchema = Type.Object(
  { name: Type.String(), description: nullableText },
  { $id: "Permission" },
);

/** `data` of a created permission. */
export const permissionCreatedSchema = Type.Object({
  message: messageSchema,
  permission: permissionSchema,
});

/** The wire form of a role. */
export function viewRole({
  name,
  description,
  permissions,
  requireMfa,
}: RoleRecord): Static<typeof roleSchema> {
  return { name, description, permissions: [...permissions], require_mfa: requireMfa };
}

/** The wire form of a permission. */
export function viewPermission({ name, description }: Permission): Static<typeof permissionSchema> {
  return { name, description };
}
