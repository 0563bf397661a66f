import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { ownUserSchema, viewOwnUser } from "../access/index.ts";
import { deleteOwnAccount } from "./delete-account.ts";
import { deleteAccountBody, deletedSchema, updateProfileBody } from "./model.ts";
import { updateProfile } from "./update-profile.ts";

const tags = ["Users"];

/** The signed-in user's own account. */
export function ownAccountRoutes({ kit, cookie }: Pick<RouteParts, "kit" | "cookie">) {
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
        failsWith: ["DUPLICATE_USERNAME"],
        response: { 200: successSchema(ownUserSchema) },
        detail: {
          operationId: "updateCurrentUser",
          tags,
          summary: "Update the user's own profile",
          description:
            "Returns the updated user. The e-mail address and the password have operations of their own; the user cannot change anything else about the account. A username that is reserved for the operator is a `VALIDATION_ERROR`; one that looks like another user's, or was given up by another account within `USERNAME_QUARANTINE`, is a `DUPLICATE_USERNAME`. The previous username stays reserved for the account for that time.",
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
        failsWith: ["INVALID_CREDENTIALS", "REAUTHENTICATION_REQUIRED", "CONFLICT", "OVERLOADED"],
        response: {
          200: successSchema(deletedSchema),
        },
        detail: {
          operationId: "deleteCurrentUser",
          tags,
          summary: "Delete the user's own account",
          description:
            "Requires the password if the account has one, and otherwise a sign-in or reauthentication within the last hour (`REAUTHENTICATION_REQUIRED`). Ends every session immediately, invalidates every link and code, and frees the e-mail address; the username stays reserved for the account for `USERNAME_QUARANTINE`. The last admin cannot be deleted (`CONFLICT`). The row is kept, and an operator can find it.",
        },
      },
    );
}
