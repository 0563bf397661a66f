import { Elysia } from "elysia";
import { Type } from "@sinclair/typebox";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { listQuery, listSchema, pageOfQuery } from "../../platform/http/list.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { type ClientWithSecret, createClient } from "./create-client.ts";
import { deleteClient } from "./delete-client.ts";
import { listClients } from "./list-clients.ts";
import {
  clientParams,
  clientResponseSchema,
  clientSchema,
  clientWithSecretSchema,
  createClientBody,
  settingsOf,
  updateClientBody,
  viewClient,
} from "./model.ts";
import { rotateClientSecret } from "./rotate-secret.ts";
import { updateClient } from "./update-client.ts";

const tags = ["Clients"];
const permission = "clients:write";

/** The services and applications that may introspect tokens and obtain tokens of their own. */
export function clientsRoutes({ kit }: Pick<RouteParts, "kit">) {
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
          summary: "List clients",
          description: "Returns the clients, newest first.",
        },
      },
    )
    .post(
      "",
      async ({ ctx, body, set }) => {
        const settings = { ...settingsOf(body), name: body.name };
        const created = await createClient(ctx, settings);
        set.status = 201;
        return success(viewWithSecret(created), ctx.clock.now());
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
          summary: "Create a client",
          description:
            "Creates a service that authenticates at `/oauth/introspect` and `/oauth/token`, or, with `redirect_uris`, an application that users sign in to. The response contains its secret, which is not shown again.",
        },
      },
    )
    .patch(
      "/:id",
      async ({ ctx, params, body }) => {
        const client = await updateClient(ctx, params.id, settingsOf(body));
        return success({ client: viewClient(client) }, ctx.clock.now());
      },
      {
        permission,
        accepts: "json",
        params: clientParams,
        body: updateClientBody,
        failsWith: ["NOT_FOUND"],
        response: { 200: successSchema(clientResponseSchema) },
        detail: {
          operationId: "updateClient",
          tags,
          summary: "Change a client",
          description:
            "Changes the given settings immediately and on every replica. Tokens that the client has stay valid.",
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
        failsWith: ["NOT_FOUND"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "deleteClient",
          tags,
          summary: "Delete a client",
          description: "The client's secret is refused and its tokens are inactive immediately.",
        },
      },
    )
    .post(
      "/:id/rotate-secret",
      async ({ ctx, params }) => {
        const rotated = await rotateClientSecret(ctx, params.id);
        return success(viewWithSecret(rotated), ctx.clock.now());
      },
      {
        permission,
        params: clientParams,
        failsWith: ["NOT_FOUND", "CONFLICT"],
        response: { 200: successSchema(clientWithSecretSchema) },
        detail: {
          operationId: "rotateClientSecret",
          tags,
          summary: "Rotate a client's secret",
          description:
            "The old secret is refused immediately. The response contains the new one, which is not shown again. `CONFLICT` for a client that has no secret.",
        },
      },
    );
}

function viewWithSecret({ client, secret }: ClientWithSecret) {
  return { client: viewClient(client), ...(secret === null ? {} : { client_secret: secret }) };
}
