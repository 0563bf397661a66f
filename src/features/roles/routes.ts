import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { createRole } from "./create-role.ts";
import { deleteRole } from "./delete-role.ts";
import { listRoles, showRole } from "./lists.ts";
import {
  changedRoleSchema,
  createRoleBody,
  roleCreatedSchema,
  roleParams,
  roleSchema,
  updateRoleBody,
  viewRole,
} from "./model.ts";
import { updateRole } from "./update-role.ts";
import { viewOfChange } from "./view-of-change.ts";

const tags = ["Roles"];
const reading = "roles:read";
const writing = "roles:write";
const withinOwnPermissions =
  "The caller must also have every permission that the change adds or removes.";
const concernsUsers =
  "If another user has the role, the caller must be allowed to assign it: `roles:assign`, and for a role without permissions the role itself or `admin`.";

/** Roles: named sets of permissions. A user may have several. */
export function rolesRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/roles" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const page = await listRoles(ctx, pageOfQuery(query));
        const items = page.items.map(viewRole);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        permission: reading,
        query: listQuery,
        response: { 200: successSchema(listSchema(roleSchema)) },
        detail: {
          operationId: "listRoles",
          tags,
          summary: "List roles",
          description: "Returns the roles in alphabetical order.",
        },
      },
    )
    .post(
      "",
      async ({ ctx, body, set }) => {
        const {
          name,
          description = null,
          permissions = [],
          require_mfa: requireMfa = false,
        } = body;
        const role = await createRole(ctx, { name, description, requireMfa, permissions });
        set.status = 201;
        const message = "Role created successfully.";
        return success({ message, role: viewRole(role) }, ctx.clock.now());
      },
      {
        permission: writing,
        accepts: "json",
        body: createRoleBody,
        failsWith: ["CONFLICT"],
        response: {
          201: successSchema(roleCreatedSchema),
        },
        detail: {
          operationId: "createRole",
          tags,
          summary: "Create a role",
          description: `The name cannot be changed later. ${withinOwnPermissions}`,
        },
      },
    )
    .get(
      "/:name",
      async ({ ctx, params }) => {
        const role = await showRole(ctx, params.name);
        return success(viewRole(role), ctx.clock.now());
      },
      {
        permission: reading,
        params: roleParams,
        failsWith: ["NOT_FOUND"],
        response: { 200: successSchema(roleSchema) },
        detail: {
          operationId: "getRole",
          tags,
          summary: "Get a role",
          description: "Returns the role with its permissions.",
        },
      },
    )
    .patch(
      "/:name",
      async ({ ctx, params, body }) => {
        const { require_mfa: requireMfa, ...rest } = body;
        const update = { ...rest, ...(requireMfa === undefined ? {} : { requireMfa }) };
        const role = await updateRole(ctx, params.name, update);
        const view = viewRole(role);
        const shown = viewOfChange(ctx.actor, {
          view,
          reading,
          key: "name",
          written: Object.keys(body),
        });
        return success(shown, ctx.clock.now());
      },
      {
        permission: writing,
        accepts: "json",
        params: roleParams,
        body: updateRoleBody,
        failsWith: ["NOT_FOUND", "CONFLICT"],
        response: {
          200: successSchema(changedRoleSchema),
        },
        detail: {
          operationId: "updateRole",
          tags,
          summary: "Update a role",
          description: `\`permissions\` replaces all permissions of the role, with immediate effect for every user who has it. The permissions of \`admin\` cannot be changed, and only an admin changes \`user\`. A change of \`require_mfa\` counts as a change of all permissions of the role. ${withinOwnPermissions} ${concernsUsers} The response contains the whole role if the caller has \`${reading}\`.`,
        },
      },
    )
    .delete(
      "/:name",
      async ({ ctx, params, set }) => {
        await deleteRole(ctx, params.name);
        set.status = 204;
      },
      {
        permission: writing,
        params: roleParams,
        failsWith: ["NOT_FOUND", "CONFLICT"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "deleteRole",
          tags,
          summary: "Delete a role",
          description: `Removes the role from every user immediately. \`user\` and \`admin\` cannot be deleted. ${withinOwnPermissions} ${concernsUsers}`,
        },
      },
    );
}
