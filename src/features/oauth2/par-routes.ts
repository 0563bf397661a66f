import { Elysia } from "elysia";

import type { RouteParts } from "../../platform/http/route-kit.ts";
import { pushRequest } from "../authorization/index.ts";
import { findAuthorizingClient } from "../client-registration/index.ts";
import { authenticateClient } from "../clients/index.ts";
import { pushedRequestBody, pushedRequestSchema } from "./model.ts";

/** The pushed authorization request endpoint (RFC 9126). */
export function pushedRequestRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/oauth" }).use(kit).post(
    "/par",
    async ({ ctx, body, headers, set }) => {
      if (body.client_id !== undefined) await findAuthorizingClient(ctx, body.client_id);
      const client = await authenticateClient(ctx, {
        authorization: headers["authorization"] ?? null,
        parameters: body,
        path: "/oauth/par",
      });
      const { requestUri, expiresInSeconds } = await pushRequest(ctx, client, textsOf(body));
      set.status = 201;
      return { request_uri: requestUri, expires_in: expiresInSeconds };
    },
    {
      anyone: true,
      accepts: "form",
      body: pushedRequestBody,
      response: { 201: pushedRequestSchema },
      detail: {
        operationId: "pushAuthorizationRequest",
        tags: ["OAuth 2.0"],
        summary: "Push an authorization request",
        description:
          "RFC 9126: the client sends the parameters of `/oauth/authorize` itself, and gets a `request_uri` that its user's browser presents instead, once and within 90 seconds.",
        security: [{ client: [] }],
      },
    },
  );
}

/** The parameters of a form. */
function textsOf(body: object): Record<string, string> {
  return Object.fromEntries(
    Object.entries(body).flatMap(([name, value]: [string, unknown]) =>
      typeof value === "string" ? [[name, value]] : [],
    ),
  );
}
