import { Elysia } from "elysia";

import type { UserActor } from "../../kernel/context.ts";
import { success, successSchema } from "../../platform/http/envelope.ts";
import { listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
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
import { restoreUser } from "./restore-user.ts";
import { updateUser } from "./update-user.ts";

const tags = ["User administration"];
const reading = "users:read";
const writing = "users:write";
const notAboveOneself = `Needs the permission \`${writing}\`, and every permission that she has; for an admin, the role \`admin\`.`;
const noReadingByWriting = `The answer shows all of her with \`${reading}\`.`;

/** The accounts of others, for whoever governs them. */
export function usersRoutes(kit: RouteKit) {
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
          summary: "List and search the users",
          description: `The newest first: who is added meanwhile moves nobody. Filters are combined. Needs the permission \`${reading}\`.`,
        },
      },
    )
    .post(
      "",
      async ({ ctx, body, set }) => {
        const account = await createUser(ctx, body);
        set.status = 201;
        const message = "User created successfully. An invitation is on its way.";
        const user = viewAccount(account);
        return success({ message, user_id: user.id, user }, ctx.clock.now());
      },
      {
        permission: writing,
        accepts: "json",
        body: createUserBody,
        response: {
          201: successSchema(userCreatedSchema),
        },
        detail: {
          operationId: "createUser",
          tags,
          summary: "Make an account for somebody",
          description: `Mails her a link to choose a password, which also verifies her address. It lives for \`VERIFY_EMAIL_TTL\`; after that she asks for another at \`/auth/password/reset\`. Needs the permission \`${writing}\`; with \`roles\` also \`roles:assign\` and every permission of theirs.`,
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
        response: { 200: successSchema(accountSchema) },
        detail: {
          operationId: "getUser",
          tags,
          summary: "Show a user",
          description: `One who is deleted is found in the list with \`status=deleted\`. Needs the permission \`${reading}\`.`,
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
        response: {
          200: successSchema(changedAccountSchema),
        },
        detail: {
          operationId: "updateUser",
          tags,
          summary: "Change, disable or enable a user",
          description: `Effective at once, for her tokens too. Her address and her password are hers to change. The last admin cannot be disabled (\`CONFLICT\`). ${notAboveOneself} ${noReadingByWriting}`,
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
        response: { 200: successSchema(toldSchema) },
        detail: {
          operationId: "deleteUser",
          tags,
          summary: "Delete a user",
          description: `Ends her sessions at once and frees her address and her username. The row is kept and can be restored. The last admin cannot be deleted (\`CONFLICT\`). ${notAboveOneself}`,
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
        response: {
          200: successSchema(changedAccountSchema),
        },
        detail: {
          operationId: "restoreUser",
          tags,
          summary: "Restore a deleted user",
          description: `As she was, but for her sessions. \`CONFLICT\` where somebody else has her address or her username now; \`details.field\` says which. ${notAboveOneself} ${noReadingByWriting}`,
        },
      },
    );
}

/** A changed user, as far as whoever changed her may see her. */
function shownTo(actor: UserActor, account: Account, written: readonly string[]) {
  return viewOfChange(actor, { view: viewAccount(account), reading, key: "id", written });
}
