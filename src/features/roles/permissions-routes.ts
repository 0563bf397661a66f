import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
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

/** Permissions: those of Gatehouse's own operations, and those of the applications behind it. */
export function permissionsRoutes({ kit }: Pick<RouteParts, "kit">) {
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
        permission: "roles:read",
        query: listQuery,
        response: {
          200: successSchema(listSchema(permissionSchema)),
        },
        detail: {
          operationId: "listPermissions",
          tags,
          summary: "List permissions",
          description:
            "Returns the built-in permissions and those created by the operator, in alphabetical order.",
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
        permission: "roles:write",
        accepts: "json",
        body: createPermissionBody,
        failsWith: ["CONFLICT"],
        response: {
          201: successSchema(permissionCreatedSchema),
        },
        detail: {
          operationId: "createPermission",
          tags,
          summary: "Create a permission",
          description: `Creates a permission for the applications behind Gatehouse, which check it through \`/auth/forward\` and \`/auth/validate-token\`. \`admin\` has it immediately. The part before the \`:\` is not one of ${builtInResources.join(", ")}, which are reserved for Gatehouse.`,
        },
      },
    );
}
