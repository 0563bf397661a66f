import { Elysia } from "elysia";

import type { UserActor } from "../../kernel/context.ts";
import { uncheckedSuccessSchema, success, successSchema } from "../../platform/http/envelope.ts";
import type { RefreshCookie } from "../../platform/http/refresh-cookie.ts";
import { renderOnce } from "../../platform/http/rendered-json.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import type { Shortcut } from "../../platform/http/shortcut.ts";
import { deleteOwnAccount } from "./delete-account.ts";
import { deleteAccountBody, deletedSchema, ownUserSchema, updateProfileBody } from "./model.ts";
import { updateProfile } from "./update-profile.ts";
import { viewOwnUser } from "./view-own-user.ts";

const tags = ["Users"];

const ownUser = renderOnce((actor: UserActor) => viewOwnUser(actor));

/** The short way to the signed-in user. */
export const ownUserShortcut: Shortcut = { path: "/api/v1/users/me", text: ownUser.textOf };

/** What a signed-in user does with her own account. */
export function ownAccountRoutes(kit: RouteKit, cookie: RefreshCookie) {
  return new Elysia({ prefix: "/api/v1/users" })
    .use(kit)
    .get("/me", ({ ctx }) => ownUser.of(ctx.actor, ctx.clock.now()), {
      signedIn: true,
      response: { 200: uncheckedSuccessSchema(ownUserSchema) },
      detail: {
        operationId: "getCurrentUser",
        tags,
        summary: "The signed-in user",
        description: "Who the access token stands for, as of this moment.",
      },
    })
    .patch(
      "/me",
      async ({ ctx, body }) => {
        const user = await updateProfile(ctx, body);
        return success(viewOwnUser(user), ctx.clock.now());
      },
      {
        signedIn: true,
        accepts: "json",
        body: updateProfileBody,
        response: { 200: successSchema(ownUserSchema) },
        detail: {
          operationId: "updateCurrentUser",
          tags,
          summary: "Change one's own profile",
          description:
            "Answers the user as she is then. The address and the password have calls of their own; everything else about an account is not hers to change.",
        },
      },
    )
    .delete(
      "/me",
      async ({ ctx, body, set }) => {
        await deleteOwnAccount(ctx, { password: body?.password });
        cookie.clear(set.headers);
        return success({ message: "Your account has been deleted." }, ctx.clock.now());
      },
      {
        signedIn: true,
        accepts: "json",
        body: deleteAccountBody,
        response: {
          200: successSchema(deletedSchema),
        },
        detail: {
          operationId: "deleteCurrentUser",
          tags,
          summary: "Delete one's own account",
          description:
            "Needs the password where the account has one; else a sign-in within the last ten minutes (`REAUTHENTICATION_REQUIRED`). Ends every session at once, makes every mailed link and code worthless, and frees address and username. The last admin stays (`CONFLICT`). The row is kept, and an operator can find it.",
        },
      },
    );
}
