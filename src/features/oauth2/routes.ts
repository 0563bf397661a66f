import { Elysia } from "elysia";
import { Type } from "@sinclair/typebox";

import type { RefreshCookie } from "../../platform/http/refresh-cookie.ts";
import type { Authenticate, RouteKit } from "../../platform/http/route-kit.ts";
import { authenticateClient } from "./authenticate-client.ts";
import { describeServer } from "./describe-server.ts";
import { oauthErrorSchema } from "./errors.ts";
import { grantTokens } from "./grant-tokens.ts";
import { introspectToken } from "./introspect-token.ts";
import {
  introspectionBody,
  introspectionSchema,
  revocationBody,
  serverMetadataSchema,
  tokenGrantSchema,
  tokenRequestBody,
} from "./model.ts";
import { required } from "./parameters.ts";
import { revokeToken } from "./revoke-token.ts";

const tags = ["OAuth 2.0"];

const failures = {
  400: oauthErrorSchema,
  413: oauthErrorSchema,
  415: oauthErrorSchema,
  503: oauthErrorSchema,
};

/** The OAuth 2.0 endpoints. Their answers are those of the RFCs, without our envelope. */
export function oauth2Routes(kit: RouteKit, cookie: RefreshCookie, authenticate: Authenticate) {
  return new Elysia({ prefix: "/oauth" })
    .use(kit)
    .post(
      "/token",
      async ({ ctx, body, headers, request, set }) => {
        // Any page may post a form.
        cookie.assertMayBeSet(request);
        // RFC 6749 §5.1 asks for both; `Cache-Control: no-store` is on every answer.
        set.headers["pragma"] = "no-cache";
        const grant = await grantTokens(ctx, headers["authorization"] ?? null, body);
        const { access_token, token_type, expires_in, refresh_token } = cookie.deliver(
          set.headers,
          grant,
        );
        return {
          access_token,
          token_type,
          expires_in,
          ...(refresh_token === undefined ? {} : { refresh_token }),
        };
      },
      {
        anyone: true,
        accepts: "form",
        body: tokenRequestBody,
        response: {
          200: tokenGrantSchema,
          401: oauthErrorSchema,
          403: oauthErrorSchema,
          ...failures,
        },
        detail: {
          operationId: "grantTokens",
          tags,
          summary: "The token endpoint",
          description:
            'Grants: `password` (RFC 6749 §4.3), `refresh_token` (§6), and `client_credentials` (§4.4), for which the client authenticates. What "Authorize" in this page uses.',
          security: [{}, { client: [] }],
        },
      },
    )
    .post(
      "/introspect",
      async ({ ctx, body, headers }) => {
        await authenticateClient(ctx, headers["authorization"] ?? null, body);
        return introspectToken(ctx, authenticate, required(body, "token"));
      },
      {
        anyone: true,
        accepts: "form",
        body: introspectionBody,
        response: { 200: introspectionSchema, 401: oauthErrorSchema, ...failures },
        detail: {
          operationId: "introspectToken",
          tags,
          summary: "Ask what a token stands for",
          description:
            "RFC 7662, for services that authenticate as a client. As of this moment: a token of an ended session is not active. A refresh token is not used up by it.",
          security: [{ client: [] }],
        },
      },
    )
    .post(
      "/revoke",
      async ({ ctx, body }) => {
        await revokeToken(ctx, required(body, "token"));
      },
      {
        anyone: true,
        accepts: "form",
        body: revocationBody,
        response: { 200: Type.Void(), ...failures },
        detail: {
          operationId: "revokeToken",
          tags,
          summary: "End the session that a token belongs to",
          description:
            "RFC 7009. Holding the token is proof enough. A token that is unknown, expired or a client's own is answered 200 as well, and nothing happens.",
        },
      },
    );
}

const metadataHeaders = { "cache-control": "public, max-age=3600" };

/** Where clients learn of this server by themselves: the path of RFC 8414 §3 and, with the same, that of OpenID (§5). */
export function serverMetadataRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/.well-known" })
    .use(kit)
    .get(
      "/oauth-authorization-server",
      ({ ctx, set }) => {
        Object.assign(set.headers, metadataHeaders);
        return describeServer(ctx.settings);
      },
      {
        anyone: true,
        response: { 200: serverMetadataSchema },
        detail: {
          operationId: "describeServer",
          tags,
          summary: "What this server offers to OAuth 2.0 clients",
          description: "RFC 8414. Addresses are made of `PUBLIC_URL`.",
        },
      },
    )
    .get(
      "/openid-configuration",
      ({ ctx, set }) => {
        Object.assign(set.headers, metadataHeaders);
        return describeServer(ctx.settings);
      },
      {
        anyone: true,
        response: { 200: serverMetadataSchema },
        detail: {
          operationId: "describeServerToOpenIdClients",
          tags,
          summary: "The same, where OpenID Connect clients look for it",
          description: "RFC 8414 §5. This server issues no ID tokens.",
        },
      },
    );
}
