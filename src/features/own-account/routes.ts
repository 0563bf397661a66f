import { Elysia } from "elysia";

import { failures, success, successSchema } from "../../platform/http/envelope.ts";
import type { RefreshCookie } from "../../platform/http/refresh-cookie.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { ownUserSchema, viewOwnUser } from "../access/index.ts";
import { deleteOwnAccount } from "./delete-account.ts";
import { deleteAccountBody, deletedSchema, updateProfileBody } from "./model.ts";
import { updateProfile } from "./update-profile.ts";

const tags = ["Users"];
const security = [{ bearer: [] }];

/** What a signed-in user does with her own account. */
export function ownAccountRoutes(kit: RouteKit, cookie: RefreshCookie) {
  return new Elysia({ prefix: "/api/v1/users" })
    .use(kit)
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
        response: { 200: successSchema(ownUserSchema), ...failures(400, 401, 413, 415, 503) },
        detail: {
          operationId: "updateCurrentUser",
          tags,
          summary: "Change one's own profile",
          description:
            "Answers the user as she is then. The address and the password have calls of their own; everything else about an account is not hers to change.",
          security,
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
          ...failures(400, 401, 403, 409, 413, 415, 503),
        },
        detail: {
          operationId: "deleteCurrentUser",
          tags,
          summary: "Delete one's own account",
          description:
            "Needs the password where the account has one; else a sign-in within the last ten minutes (`REAUTHENTICATION_REQUIRED`). Ends every session at once, makes every mailed link and code worthless, and frees address and username. The last admin stays (`CONFLICT`). The row is kept, and an operator can find it.",
          security,
        },
      },
    );
}
