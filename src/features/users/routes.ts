import type { Static } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { UserActor } from "../../kernel/context.ts";
import { failures, frequentSuccessSchema } from "../../platform/http/envelope.ts";
import { renderOnce } from "../../platform/http/rendered-json.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import type { Shortcut } from "../../platform/http/shortcut.ts";
import { ownUserSchema } from "./model.ts";

/** What a signed-in user does with her own account. */
export function usersRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/api/v1/users" })
    .use(kit)
    .get("/me", ({ ctx }) => answerOwnUser(ctx.actor, ctx.clock.now()), {
      signedIn: true,
      response: { 200: frequentSuccessSchema(ownUserSchema), ...failures(401, 503) },
      detail: {
        operationId: "getCurrentUser",
        tags: ["Users"],
        summary: "The signed-in user",
        description: "Who the access token stands for, as of this moment.",
        security: [{ bearer: [] }],
      },
    });
}

const answerOwnUser = renderOnce(viewOwnUser);

/** The short way to the signed-in user. */
export const ownUserShortcut: Shortcut = {
  path: "/api/v1/users/me",
  body: answerOwnUser,
};

function viewOwnUser({ profile, ...actor }: UserActor): Static<typeof ownUserSchema> {
  return {
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
  };
}
