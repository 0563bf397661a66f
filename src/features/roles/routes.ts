import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
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
const noMoreThanOneHas = `Needs the permission \`${writing}\`, and every permission that is given or taken by it.`;

/** What operators make of permissions: roles, of which a user may have many. */
export function rolesRoutes(kit: RouteKit) {
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
          summary: "List the roles",
          description: `In alphabetical order. Needs the permission \`${reading}\`.`,
        },
      },
    )
    .post(
      "",
      async ({ ctx, body, set }) => {
        const { name, description = null, permissions = [] } = body;
        const role = await createRole(ctx, { name, description, permissions });
        set.status = 201;
        const message = "Role created successfully.";
        return success({ message, role: viewRole(role) }, ctx.clock.now());
      },
      {
        permission: writing,
        accepts: "json",
        body: createRoleBody,
        response: {
          201: successSchema(roleCreatedSchema),
        },
        detail: {
          operationId: "createRole",
          tags,
          summary: "Make a role",
          description: `Its name stays for good. ${noMoreThanOneHas}`,
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
        response: { 200: successSchema(roleSchema) },
        detail: {
          operationId: "getRole",
          tags,
          summary: "Show a role",
          description: `With all that it allows. Needs the permission \`${reading}\`.`,
        },
      },
    )
    .patch(
      "/:name",
      async ({ ctx, params, body }) => {
        const role = await updateRole(ctx, params.name, body);
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
        response: {
          200: successSchema(changedRoleSchema),
        },
        detail: {
          operationId: "updateRole",
          tags,
          summary: "Change a role",
          description: `\`permissions\` replaces all that it allowed; effective at once for all who have it. What \`admin\` allows cannot be changed. ${noMoreThanOneHas} The answer shows all of it with \`${reading}\`.`,
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
        response: { 204: Type.Void() },
        detail: {
          operationId: "deleteRole",
          tags,
          summary: "Delete a role",
          description: `Takes it from everybody, at once. \`user\` and \`admin\` cannot be deleted. ${noMoreThanOneHas}`,
        },
      },
    );
}
