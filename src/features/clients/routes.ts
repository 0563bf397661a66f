import { Elysia } from "elysia";
import { Type } from "@sinclair/typebox";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { createClient } from "./create-client.ts";
import { deleteClient } from "./delete-client.ts";
import { listClients } from "./list-clients.ts";
import {
  clientParams,
  clientSchema,
  clientWithSecretSchema,
  createClientBody,
  viewClient,
} from "./model.ts";
import { rotateClientSecret } from "./rotate-secret.ts";

const tags = ["Clients"];
const permission = "clients:write";
const needs = `Needs the permission \`${permission}\`.`;

/** The services that may introspect tokens and get tokens of their own. */
export function clientsRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/api/v1/clients" })
    .use(kit)
    .get(
      "",
      async ({ ctx, query }) => {
        const page = await listClients(ctx, pageOfQuery(query));
        const items = page.items.map(viewClient);
        return success({ items, next_cursor: page.nextCursor }, ctx.clock.now());
      },
      {
        permission,
        query: listQuery,
        response: { 200: successSchema(listSchema(clientSchema)) },
        detail: {
          operationId: "listClients",
          tags,
          summary: "List the clients",
          description: `The newest first. ${needs}`,
        },
      },
    )
    .post(
      "",
      async ({ ctx, body, set }) => {
        const { client, secret } = await createClient(ctx, body);
        set.status = 201;
        return success({ client: viewClient(client), client_secret: secret }, ctx.clock.now());
      },
      {
        permission,
        accepts: "json",
        body: createClientBody,
        response: {
          201: successSchema(clientWithSecretSchema),
        },
        detail: {
          operationId: "createClient",
          tags,
          summary: "Make a client",
          description: `A service that authenticates at \`/oauth/introspect\` and \`/oauth/token\`. Its secret is shown this once. ${needs}`,
        },
      },
    )
    .delete(
      "/:id",
      async ({ ctx, params, set }) => {
        await deleteClient(ctx, params.id);
        set.status = 204;
      },
      {
        permission,
        params: clientParams,
        response: { 204: Type.Void() },
        detail: {
          operationId: "deleteClient",
          tags,
          summary: "Delete a client",
          description: `Its secret is refused and its tokens are inactive at once. ${needs}`,
        },
      },
    )
    .post(
      "/:id/rotate-secret",
      async ({ ctx, params }) => {
        const { client, secret } = await rotateClientSecret(ctx, params.id);
        return success({ client: viewClient(client), client_secret: secret }, ctx.clock.now());
      },
      {
        permission,
        params: clientParams,
        response: {
          200: successSchema(clientWithSecretSchema),
        },
        detail: {
          operationId: "rotateClientSecret",
          tags,
          summary: "Give a client another secret",
          description: `The old secret is refused at once; the new one is shown this once. ${needs}`,
        },
      },
    );
}
