import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { viewUser } from "./user-with-roles.ts";
import { assignRoles } from "./assign-roles.ts";
import { assignRolesBody, changedUserSchema, userParams } from "./model.ts";
import { viewOfChange } from "./view-of-change.ts";

/** The roles of a user. */
export function userRolesRoutes({ kit }: Pick<RouteParts, "kit">) {
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
      permission: "roles:assign",
      accepts: "json",
      params: userParams,
      body: assignRolesBody,
      failsWith: ["USER_NOT_FOUND", "CONFLICT"],
      response: {
        200: successSchema(changedUserSchema),
      },
      detail: {
        operationId: "assignRoles",
        tags: ["Roles"],
        summary: "Replace a user's roles",
        description:
          "The user has exactly these roles afterwards, with immediate effect, also for existing tokens. The last admin keeps `admin` (`CONFLICT`), which only an admin can assign or remove. The caller must also have every permission of the roles that are added or removed; of a role without permissions, the role itself or `admin`. No user but an admin adds a role to their own account. The response contains the whole user if the caller has `users:read`.",
      },
    },
  );
}
