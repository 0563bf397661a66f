import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { listPasskeys } from "./list-passkeys.ts";
import {
  onePasskeySchema,
  passkeyParams,
  passkeySchema,
  renamePasskeyBody,
  viewPasskey,
} from "./model.ts";
import { renamePasskey } from "./rename-passkey.ts";

const tags = ["Passkeys"];

/** The signed-in user's passkeys. */
export function ownPasskeysRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/users/me/passkeys" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const page = await listPasskeys(ctx, pageOfQuery(query));
        const items = page.items.map(viewPasskey);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        signedIn: true,
        query: listQuery,
        response: { 200: successSchema(listSchema(passkeySchema)) },
        detail: {
          operationId: "listOwnPasskeys",
          tags,
          summary: "List the user's passkeys",
          description: "Returns the passkeys with which the user can sign in, newest first.",
        },
      },
    )
    .patch(
      "/:id",
      async ({ ctx, params, body }) => {
        const passkey = await renamePasskey(ctx, { id: params.id, name: body.name });
        return success({ passkey: viewPasskey(passkey) }, ctx.clock.now());
      },
      {
        signedIn: true,
        accepts: "json",
        params: passkeyParams,
        body: renamePasskeyBody,
        failsWith: ["NOT_FOUND"],
        response: { 200: successSchema(onePasskeySchema) },
        detail: {
          operationId: "renameOwnPasskey",
          tags,
          summary: "Rename a passkey",
          description: "The name is for the user's list of passkeys alone.",
        },
      },
    );
}
