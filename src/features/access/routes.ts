import { Type } from "@sinclair/typebox";

import { createSuccessRenderer, successSchema } from "../../platform/http/envelope.ts";
import { hotGetForUser, hotGetOfHeaders, hotPost } from "../../platform/http/hot-route.ts";
import {
  assertMeets,
  type ForwardAuthentication,
  forwardedIdentity,
  identityHeaders,
} from "./forward-auth.ts";
import { ownUserSchema, validateTokenBody, validTokenSchema } from "./model.ts";
import { viewOwnUser, viewValidToken } from "./views.ts";

const ownUserJson = createSuccessRenderer(viewOwnUser);
const validTokenJson = createSuccessRenderer(viewValidToken);

/** Whom an access token belongs to: for the user's own client, for other services and for reverse proxies. */
export function accessRoutes(authentication: ForwardAuthentication) {
  const { authenticate } = authentication;
  return [
    hotGetForUser({
      path: "/api/v1/users/me",
      handle: ({ ctx }) => ownUserJson(ctx.actor, ctx.clock.now()),
      response: { 200: successSchema(ownUserSchema) },
      detail: {
        operationId: "getCurrentUser",
        tags: ["Users"],
        summary: "Get the signed-in user",
        description: "The user of the access token, as of now.",
      },
    }),
    hotPost({
      path: "/api/v1/auth/validate-token",
      bodyKind: "json",
      body: validateTokenBody,
      async handle({ ctx, exchange, body }) {
        const user = await authenticate(ctx, body.token);
        exchange.userId = user.userId;
        return validTokenJson(user, ctx.clock.now());
      },
      failsWith: ["INVALID_TOKEN", "EXPIRED_TOKEN"],
      response: { 200: successSchema(validTokenSchema) },
      detail: {
        operationId: "validateToken",
        tags: ["Sessions"],
        summary: "Validate an access token",
        description:
          "For services that receive access tokens: whom the token belongs to, as of now. A token of an ended session is not valid.",
      },
    }),
    hotGetOfHeaders({
      path: "/api/v1/auth/forward",
      handle({ ctx, exchange }) {
        const { request } = exchange;
        const identity = forwardedIdentity(ctx, request, authentication);
        const headersOf = (found: Awaited<typeof identity>) => {
          exchange.userId = found.userId;
          assertMeets(found, request.url);
          return identityHeaders(found);
        };
        return identity instanceof Promise ? identity.then(headersOf) : headersOf(identity);
      },
      failsWith: [
        "VALIDATION_ERROR",
        "AUTHENTICATION_REQUIRED",
        "INVALID_TOKEN",
        "EXPIRED_TOKEN",
        "FORBIDDEN",
      ],
      response: { 200: Type.Void() },
      detail: {
        operationId: "forwardAuth",
        tags: ["Sessions"],
        summary: "Authenticate a request for a reverse proxy",
        description:
          "For nginx (`auth_request`), Caddy and Traefik (`forward_auth`). 200 has no body; its `X-Auth-User-Id`, `X-Auth-Email`, `X-Auth-Username` and `X-Auth-Roles` are for the application behind the proxy. With `REFRESH_TOKEN_COOKIE=true` the cookie is accepted in place of a bearer. Any other query parameter is refused.",
        security: [{ bearer: [] }],
        parameters: [conditionParameter("role"), conditionParameter("permission")],
      },
    }),
  ] as const;
}

function conditionParameter(name: string) {
  return {
    name,
    in: "query",
    description: `A ${name} that the user must have; repeatable, and all are required.`,
    required: false,
    schema: { type: "array", items: { type: "string" } },
  };
}
