import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { createPermission } from "./create-permission.ts";
import { listPermissions } from "./lists.ts";
import {
  createPermissionBody,
  permissionCreatedSchema,
  permissionSchema,
  viewPermission,
} from "./model.ts";
import { builtInResources } from "./permissions.ts";

const tags = ["Roles"];
const reading = "roles:read";
const writing = "roles:write";

/** What roles are made of: the permissions of Gatehouse's own operations, and those of the applications behind it. */
export function permissionsRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/api/v1/permissions" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const page = await listPermissions(ctx, pageOfQuery(query));
        const items = page.items.map(viewPermission);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        permission: reading,
        query: listQuery,
        response: {
          200: successSchema(listSchema(permissionSchema)),
        },
        detail: {
          operationId: "listPermissions",
          tags,
          summary: "List the permissions",
          description: `The built-in ones and your own, in alphabetical order. Needs the permission \`${reading}\`.`,
        },
      },
    )
    .post(
      "",
      async ({ ctx, body, set }) => {
        const { name, description = null } = body;
        const permission = await createPermission(ctx, { name, description });
        set.status = 201;
        const message = "Permission created successfully.";
        return success({ message, permission: viewPermission(permission) }, ctx.clock.now());
      },
      {
        permission: writing,
        accepts: "json",
        body: createPermissionBody,
        response: {
          201: successSchema(permissionCreatedSchema),
        },
        detail: {
          operationId: "createPermission",
          tags,
          summary: "Make a permission of your own",
          description: `For the applications behind Gatehouse, which ask for it (\`/auth/forward\`, \`/auth/validate-token\`). \`admin\` has it at once. What is before the \`:\` is none of ${builtInResources.join(", ")}: those are kept for Gatehouse's own. Needs the permission \`${writing}\`.`,
        },
      },
    );
}
