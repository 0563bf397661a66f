import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { viewUser } from "./user-with-roles.ts";
import { assignRoles } from "./assign-roles.ts";
import { assignRolesBody, changedUserSchema, userParams } from "./model.ts";
import { viewOfChange } from "./view-of-change.ts";

const permission = "roles:assign";

/** Who has which roles. */
export function userRolesRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/api/v1/users" }).use(kit).put(
    "/:id/roles",
    async ({ ctx, params, body }) => {
      const user = await assignRoles(ctx, { userId: params.id, roles: body.roles });
      const shown = viewOfChange(ctx.actor, {
        view: viewUser(user),
        reading: "users:read",
        key: "id",
        written: ["roles"],
      });
      return success(shown, ctx.clock.now());
    },
    {
      permission,
      accepts: "json",
      params: userParams,
      body: assignRolesBody,
      response: {
        200: successSchema(changedUserSchema),
      },
      detail: {
        operationId: "assignRoles",
        tags: ["Roles"],
        summary: "Give a user her roles",
        description: `These and no others; effective at once, for her tokens too. The last admin keeps \`admin\` (\`CONFLICT\`), which only an admin gives or takes. Needs the permission \`${permission}\`, and every permission of the roles that are given or taken; the answer shows all of her with \`users:read\`.`,
      },
    },
  );
}
