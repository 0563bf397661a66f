import { Elysia } from "elysia";

import { failures, frequentSuccessSchema, success } from "../../platform/http/envelope.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { ownUserSchema } from "./model.ts";

/** What a signed-in user does with her own account. */
export function usersRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/api/v1/users" }).use(kit).get(
    "/me",
    ({ ctx }) => {
      const { actor } = ctx;
      const { profile } = actor;
      return success(
        {
          id: actor.userId,
          email: actor.email,
          username: actor.username,
          name: actor.name,
          email_verified: actor.emailVerified,
          roles: [...actor.roles],
          phone: profile.phone,
          avatar_url: profile.avatarUrl,
          locale: profile.locale,
          metadata: profile.metadata,
        },
        ctx.clock.now(),
      );
    },
    {
      signedIn: true,
      response: { 200: frequentSuccessSchema(ownUserSchema), ...failures(401, 503) },
      detail: {
        operationId: "getCurrentUser",
        tags: ["Users"],
        summary: "The signed-in user",
        description: "Who the access token stands for, as of this moment.",
        security: [{ bearer: [] }],
      },
    },
  );
}
