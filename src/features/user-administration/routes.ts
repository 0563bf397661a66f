import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { UserActor } from "../../kernel/context.ts";
import { success, successSchema } from "../../platform/http/envelope.ts";
import { listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { viewOfChange } from "../roles/index.ts";
import type { Account } from "./account.ts";
import { createUser } from "./create-user.ts";
import { deleteUser } from "./delete-user.ts";
import { showUser } from "./find-account.ts";
import { listUsers } from "./list-users.ts";
import {
  accountSchema,
  changedAccountSchema,
  createUserBody,
  filterOfQuery,
  toldSchema,
  updateUserBody,
  userCreatedSchema,
  userParams,
  usersQuery,
  viewAccount,
} from "./model.ts";
import { resetSecondFactor } from "./reset-second-factor.ts";
import { restoreUser } from "./restore-user.ts";
import { updateUser } from "./update-user.ts";

const tags = ["User administration"];
const reading = "users:read";
const writing = "users:write";
const withinOwnPermissions =
  "The caller must also have every permission of the user, and the role `admin` if the user is an admin.";
const shownToReaders = `The response contains the whole user if the caller has \`${reading}\`.`;

/** The accounts of other users, for administrators. */
export function usersRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/users" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const page = await listUsers(ctx, filterOfQuery(query), pageOfQuery(query));
        const items = page.items.map(viewAccount);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        permission: reading,
        query: usersQuery,
        response: {
          200: successSchema(listSchema(accountSchema)),
        },
        detail: {
          operationId: "listUsers",
          tags,
          summary: "List and search users",
          description:
            "Returns users, newest first; a user who is added between two pages moves no other. Filters are combined.",
        },
      },
    )
    .post(
      "",
      async ({ ctx, body, set }) => {
        const account = await createUser(ctx, body);
        set.status = 201;
        const message = "User created successfully. An invitation will be sent.";
        const user = viewAccount(account);
        return success({ message, user_id: user.id, user }, ctx.clock.now());
      },
      {
        permission: writing,
        accepts: "json",
        body: createUserBody,
        failsWith: ["INVALID_EMAIL", "DUPLICATE_EMAIL", "DUPLICATE_USERNAME"],
        response: {
          201: successSchema(userCreatedSchema),
        },
        detail: {
          operationId: "createUser",
          tags,
          summary: "Create a user",
          description:
            "Sends the user an e-mail with a link to choose a password, which also verifies the address. The link expires after `VERIFY_EMAIL_TTL`; after that the user requests another one at `/auth/password/reset`. A body with `roles` also requires the permission `roles:assign` and every permission of those roles; a role without permissions requires having it, or `admin`. `REGISTRATION`, `ALLOWED_EMAIL_DOMAINS` and reserved usernames do not restrict this operation.",
        },
      },
    )
    .get(
      "/:id",
      async ({ ctx, params }) => {
        const account = await showUser(ctx, params.id);
        return success(viewAccount(account), ctx.clock.now());
      },
      {
        permission: reading,
        params: userParams,
        failsWith: ["USER_NOT_FOUND"],
        response: { 200: successSchema(accountSchema) },
        detail: {
          operationId: "getUser",
          tags,
          summary: "Get a user",
          description: "A deleted user is not found here, but in the list with `status=deleted`.",
        },
      },
    )
    .patch(
      "/:id",
      async ({ ctx, params, body }) => {
        const account = await updateUser(ctx, params.id, body);
        return success(shownTo(ctx.actor, account, Object.keys(body)), ctx.clock.now());
      },
      {
        permission: writing,
        accepts: "json",
        params: userParams,
        body: updateUserBody,
        failsWith: ["DUPLICATE_USERNAME", "USER_NOT_FOUND", "CONFLICT"],
        response: {
          200: successSchema(changedAccountSchema),
        },
        detail: {
          operationId: "updateUser",
          tags,
          summary: "Update, disable or enable a user",
          description: `Takes effect immediately, also for existing tokens. Only the user can change their e-mail address and password. The last admin cannot be disabled (\`CONFLICT\`). ${withinOwnPermissions} ${shownToReaders}`,
        },
      },
    )
    .delete(
      "/:id",
      async ({ ctx, params }) => {
        await deleteUser(ctx, params.id);
        return success({ message: "User deleted successfully." }, ctx.clock.now());
      },
      {
        permission: writing,
        params: userParams,
        failsWith: ["USER_NOT_FOUND", "CONFLICT"],
        response: { 200: successSchema(toldSchema) },
        detail: {
          operationId: "deleteUser",
          tags,
          summary: "Delete a user",
          description: `Ends the user's sessions immediately and frees the e-mail address; the username stays reserved for the account for \`USERNAME_QUARANTINE\`, and only administrators can give it to another user. The row is kept and can be restored. The last admin cannot be deleted (\`CONFLICT\`). ${withinOwnPermissions}`,
        },
      },
    )
    .delete(
      "/:id/2fa",
      async ({ ctx, params, set }) => {
        await resetSecondFactor(ctx, params.id);
        set.status = 204;
      },
      {
        permission: writing,
        params: userParams,
        failsWith: ["USER_NOT_FOUND", "NOT_FOUND"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "resetUserSecondFactor",
          tags,
          summary: "Turn a user's two-factor authentication off",
          description: `For a user who has lost the authenticator app and the recovery codes. Deletes both and the trusted devices, ends every session of the user, and sends the user an e-mail. \`NOT_FOUND\` if the user has no second factor, \`FORBIDDEN\` for the caller's own, which \`/auth/2fa/disable\` turns off. ${withinOwnPermissions}`,
        },
      },
    )
    .post(
      "/:id/restore",
      async ({ ctx, params }) => {
        const account = await restoreUser(ctx, params.id);
        return success(shownTo(ctx.actor, account, ["status"]), ctx.clock.now());
      },
      {
        permission: writing,
        params: userParams,
        failsWith: ["USER_NOT_FOUND", "CONFLICT"],
        response: {
          200: successSchema(changedAccountSchema),
        },
        detail: {
          operationId: "restoreUser",
          tags,
          summary: "Restore a deleted user",
          description: `Restores everything but the sessions. \`CONFLICT\` when another account has the e-mail address or the username; \`details.field\` names which. ${withinOwnPermissions} ${shownToReaders}`,
        },
      },
    );
}

/** A changed user, as far as the caller may read it. */
function shownTo(actor: UserActor, account: Account, written: readonly string[]) {
  return viewOfChange(actor, { view: viewAccount(account), reading, key: "id", written });
}
