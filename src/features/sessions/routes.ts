import { Elysia } from "elysia";

import { findBearerToken } from "../../platform/http/bearer.ts";
import { failures, success, successSchema } from "../../platform/http/envelope.ts";
import type { RefreshCookie } from "../../platform/http/refresh-cookie.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { tokenResponseSchema } from "../tokens/index.ts";
import { endAllSessions, logOut } from "./end-sessions.ts";
import {
  loggedOutEverywhereSchema,
  loggedOutSchema,
  logOutBody,
  refreshBody,
  refreshWithCookieBody,
} from "./model.ts";
import { findRefreshToken, presentedRefreshToken } from "./refresh/presented-refresh-token.ts";
import { refresh } from "./refresh/refresh.ts";

const tags = ["Sessions"];

/** A session's life after the sign-in: refreshed, asked about, ended. */
export function sessionsRoutes(kit: RouteKit, cookie: RefreshCookie) {
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
        response: {
          200: successSchema(tokenResponseSchema),
          ...failures(400, 401, 403, 413, 415, 503),
        },
        detail: {
          operationId: "refreshTokens",
          tags,
          summary: "Exchange a refresh token for new tokens",
          description:
            "Each refresh token works once. Sent again within the grace (`REFRESH_TOKEN_GRACE`) it gives the same successor; sent again later it ends the session, for somebody else may hold it.",
          security: [],
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
        response: {
          200: successSchema(loggedOutSchema),
          ...failures(400, 401, 403, 413, 415, 503),
        },
        detail: {
          operationId: "logOut",
          tags,
          summary: "End a session",
          description:
            "Ends the session of the bearer token, or of the refresh token in the body or the cookie, at once and everywhere. May be repeated.",
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
        response: { 200: successSchema(loggedOutEverywhereSchema), ...failures(401, 503) },
        detail: {
          operationId: "logOutEverywhere",
          tags,
          summary: "End all sessions of the signed-in user",
          description: "Ends every session of the user, the one that asks included.",
          security: [{ bearer: [] }],
        },
      },
    );
}
