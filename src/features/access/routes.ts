import { Type } from "@sinclair/typebox";

import type { UserActor } from "../../kernel/context.ts";
import { createSuccessRenderer, successSchema } from "../../platform/http/envelope.ts";
import type { Settings } from "../../platform/config/settings.ts";
import { hotGetForUser, hotGetOfHeaders, hotPost } from "../../platform/http/hot-route.ts";
import { createOriginalAddressReader } from "../../platform/http/original-address.ts";
import {
  assertMeets,
  type ForwardAuthentication,
  type ForwardedIdentity,
  forwardedIdentity,
  identityHeaders,
  isRedirectWanted,
} from "./forward-auth.ts";
import { withSignInPage } from "./sign-in-redirect.ts";
import { ownUserSchema, validateTokenBody, validTokenSchema } from "./model.ts";
import { viewOwnUser, viewValidToken } from "./views.ts";

const ownUserJson = createSuccessRenderer(viewOwnUser);
const validTokenJson = createSuccessRenderer(viewValidToken);

/** What the routes of access need. */
interface AccessRouteParts extends ForwardAuthentication {
  readonly settings: Pick<Settings, "trustedProxies">;
}

/** Whom an access token belongs to: for the user's own client, for other services and for reverse proxies. */
export function accessRoutes(parts: AccessRouteParts) {
  const { authenticate, settings } = parts;
  const originalAddressOf = createOriginalAddressReader(settings.trustedProxies);
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
      needsClientAddress: false,
      handle({ ctx, exchange, body }) {
        const json = (user: UserActor) => {
          exchange.userId = user.userId;
          return validTokenJson(user, ctx.clock.now());
        };
        const found = authenticate(ctx, body.token);
        return found instanceof Promise ? found.then(json) : json(found);
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
        const headersOf = (found: ForwardedIdentity) => {
          exchange.userId = found.userId;
          assertMeets(found, request.url);
          return identityHeaders(found);
        };
        const refuse = (error: unknown): never => {
          const isRedirect = isRedirectWanted(request.url);
          throw withSignInPage(ctx, exchange, error, { originalAddressOf, isRedirect });
        };
        try {
          const identity = forwardedIdentity(ctx, request, parts);
          return identity instanceof Promise
            ? identity.then(headersOf).catch(refuse)
            : headersOf(identity);
        } catch (error) {
          return refuse(error);
        }
      },
      failsWith: [
        "VALIDATION_ERROR",
        "AUTHENTICATION_REQUIRED",
        "INVALID_TOKEN",
        "EXPIRED_TOKEN",
        "FORBIDDEN",
      ],
      response: { 200: Type.Void(), 302: Type.Void() },
      detail: {
        operationId: "forwardAuth",
        tags: ["Sessions"],
        summary: "Authenticate a request for a reverse proxy",
        description:
          "For nginx (`auth_request`), Caddy and Traefik (`forward_auth`). 200 has no body; its `X-Auth-User-Id`, `X-Auth-Email`, `X-Auth-Username` and `X-Auth-Roles` are for the application behind the proxy. In place of a bearer the cookie of a browser session is accepted, and with `REFRESH_TOKEN_COOKIE=true` that of the refresh token. For a browser that opens a page, a 401 has the address of the sign-in page in `X-Auth-Redirect`; with `redirect=true` the response is 302 to it instead. Any other query parameter is refused.",
        security: [{ bearer: [] }, { browser_session: [] }],
        parameters: [
          conditionParameter("role"),
          conditionParameter("permission"),
          redirectParameter,
        ],
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

const redirectParameter = {
  name: "redirect",
  in: "query",
  description: "`true` to send a browser that opens a page to the sign-in page instead of a 401.",
  required: false,
  schema: { type: "string", enum: ["true"] },
};
