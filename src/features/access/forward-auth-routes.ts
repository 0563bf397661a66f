import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { AppError } from "../../kernel/errors.ts";
import { findBearerToken } from "../../platform/http/bearer.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import type { Shortcut } from "../../platform/http/shortcut.ts";
import type { Context } from "../../platform/platform.ts";
import { assertMeets, type ForwardedIdentity, identityHeaders } from "./forward-auth.ts";
import { introspectRefreshToken } from "../sessions/index.ts";
import { rolesOf } from "../roles/index.ts";

const needed = (what: string) => ({
  in: "query" as const,
  description: `A ${what} that the user must have. May be repeated; the user must have all of them.`,
  required: false,
  schema: { type: "array" as const, items: { type: "string" as const } },
});

/** The short way for a proxy that asks for no role and no permission. */
export const forwardAuthShortcut: Shortcut = {
  path: "/api/v1/auth/forward",
  isWithoutQuery: true,
  headers: identityHeaders,
};

/** For reverse proxies: may this request pass, and whose is it? */
export function forwardAuthRoutes({
  kit,
  cookie,
  authenticate,
}: Pick<RouteParts, "kit" | "cookie" | "authenticate">) {
  async function identify(ctx: Context, request: Request): Promise<ForwardedIdentity> {
    const token = findBearerToken(request.headers.get("authorization"));
    if (token !== null) return authenticate(ctx, token);
    const inCookie = cookie.peek(request);
    if (inCookie === null) throw new AppError("AUTHENTICATION_REQUIRED", "Sign in first.");
    const { user, permissions } = await introspectRefreshToken(ctx, inCookie);
    const { id: userId, email, username } = user;
    return { userId, email, username, roles: rolesOf(user), permissions };
  }

  return new Elysia({ prefix: "/api/v1/auth" }).use(kit).get(
    "/forward",
    async ({ ctx, request, set }) => {
      const identity = await identify(ctx, request);
      assertMeets(identity, request.url);
      Object.assign(set.headers, identityHeaders(identity));
    },
    {
      anyone: true,
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
        summary: "Authorize a request of a reverse proxy",
        description:
          "For nginx (`auth_request`), Caddy and Traefik (`forward_auth`). 200 has no body; its headers `X-Auth-User-Id`, `X-Auth-Email`, `X-Auth-Username` and `X-Auth-Roles` are for the application behind the proxy. With `REFRESH_TOKEN_COOKIE=true` the cookie is accepted in place of a bearer token. Any other parameter is rejected.",
        security: [{ bearer: [] }],
        parameters: [
          { name: "role", ...needed("role") },
          { name: "permission", ...needed("permission") },
        ],
      },
    },
  );
}
