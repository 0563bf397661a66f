import { Elysia } from "elysia";

import { AppError } from "../../kernel/errors.ts";
import { findBearerToken } from "../../platform/http/bearer.ts";
import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RefreshCookie } from "../../platform/http/refresh-cookie.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { tokenResponseSchema } from "../tokens/index.ts";
import { endAllSessions, logOut } from "./end-sessions.ts";
import {
  loggedOutEverywhereSchema,
  loggedOutSchema,
  logOutBody,
  refreshBody,
  refreshWithCookieBody,
} from "./model.ts";
import { refresh } from "./refresh/refresh.ts";

const tags = ["Sessions"];

/** Refreshing and ending sessions. */
export function sessionsRoutes({ kit, cookie }: Pick<RouteParts, "kit" | "cookie">) {
  return new Elysia({ prefix: "/api/v1/auth" })
    .use(kit)
    .post(
      "/refresh",
      async ({ ctx, body, request, set }) => {
        const token = presentedRefreshToken(body?.refresh_token, cookie, request);
        const tokens = await refresh(ctx, token);
        return success(cookie.deliver(set.headers, tokens), ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: cookie.isEnabled ? refreshWithCookieBody : refreshBody,
        failsWith: ["AUTHENTICATION_REQUIRED", "INVALID_TOKEN", "FORBIDDEN", "EMAIL_NOT_VERIFIED"],
        response: {
          200: successSchema(tokenResponseSchema),
        },
        detail: {
          operationId: "refreshTokens",
          tags,
          summary: "Refresh tokens",
          description:
            "Each refresh token works once. Used again within the grace period (`REFRESH_TOKEN_GRACE`) it returns the same successor; used again later it ends the session, because another person may have the token. `EMAIL_NOT_VERIFIED` when `REQUIRE_EMAIL_VERIFICATION` was switched on since the sign-in and the address is not verified: the token is not used up.",
        },
      },
    )
    .post(
      "/logout",
      async ({ ctx, body, request, set }) => {
        const accessToken = findBearerToken(request.headers.get("authorization"));
        const inBody = body?.refresh_token;
        const refreshToken = findRefreshToken(accessToken, inBody, cookie, request);
        await logOut(ctx, { accessToken, refreshToken });
        cookie.clear(set.headers);
        return success({ message: "Logged out successfully." }, ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: logOutBody,
        failsWith: ["AUTHENTICATION_REQUIRED", "INVALID_TOKEN", "FORBIDDEN"],
        response: {
          200: successSchema(loggedOutSchema),
        },
        detail: {
          operationId: "logOut",
          tags,
          summary: "Sign out",
          description:
            "Ends the session of the bearer token, or of the refresh token in the body or the cookie, immediately and on every replica. May be repeated.",
          security: [{ bearer: [] }, {}],
        },
      },
    )
    .post(
      "/logout-all",
      async ({ ctx, set }) => {
        const revoked = await endAllSessions(ctx, ctx.actor.userId);
        cookie.clear(set.headers);
        return success({ message: "Logged out everywhere.", revoked }, ctx.clock.now());
      },
      {
        signedIn: true,
        response: { 200: successSchema(loggedOutEverywhereSchema) },
        detail: {
          operationId: "logOutEverywhere",
          tags,
          summary: "Sign out of all sessions",
          description: "Ends every session of the user, including the current one.",
        },
      },
    );
}

/** The refresh token of the body, else of the cookie. Throws `AUTHENTICATION_REQUIRED`, `FORBIDDEN` (origin). */
function presentedRefreshToken(
  inBody: string | undefined,
  cookie: RefreshCookie,
  request: Request,
): string {
  const token = inBody ?? cookie.read(request);
  if (token === null) throw new AppError("AUTHENTICATION_REQUIRED", "Send the refresh token.");
  return token;
}

/** The same for a sign-out, or null. An access token suffices for a sign-out, so beside one an unusable cookie is ignored. */
function findRefreshToken(
  accessToken: string | null,
  inBody: string | undefined,
  cookie: RefreshCookie,
  request: Request,
): string | null {
  if (inBody !== undefined) return inBody;
  try {
    return cookie.read(request);
  } catch (error) {
    if (accessToken === null) throw error;
    return null;
  }
}
