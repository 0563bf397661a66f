import { Elysia } from "elysia";
import { Type } from "@sinclair/typebox";

import type { RouteParts } from "../../platform/http/route-kit.ts";
import { describeServer } from "./describe-server.ts";
import { grantTokens, type TokenGrant } from "./grant-tokens.ts";
import {
  revocationBody,
  serverMetadataSchema,
  tokenGrantSchema,
  tokenRequestBody,
} from "./model.ts";
import { required } from "./parameters.ts";
import { revokeToken } from "./revoke-token.ts";

const tags = ["OAuth 2.0"];

/** The OAuth 2.0 endpoints. Their responses are those of the RFCs, without the envelope. */
export function oauth2Routes({ kit, cookie }: Pick<RouteParts, "kit" | "cookie">) {
  return new Elysia({ prefix: "/oauth" })
    .use(kit)
    .post(
      "/token",
      async ({ ctx, body, headers, request, set }) => {
        // A page of any origin can post a form.
        cookie.assertMayBeSet(request);
        // RFC 6749 §5.1 requires both headers; `Cache-Control: no-store` is on every response.
        set.headers["pragma"] = "no-cache";
        const granted = await grantTokens(ctx, headers["authorization"] ?? null, body);
        const { areOfClient, tokens } = granted;
        return onlyOf(areOfClient ? tokens : cookie.deliver(set.headers, tokens));
      },
      {
        anyone: true,
        accepts: "form",
        body: tokenRequestBody,
        failsWith: ["INVALID_CREDENTIALS", "MFA_REQUIRED", "FORBIDDEN", "OVERLOADED"],
        response: { 200: tokenGrantSchema },
        detail: {
          operationId: "grantTokens",
          tags,
          summary: "Request tokens",
          description:
            'Grants: `authorization_code` (RFC 6749 §4.1, with PKCE), `client_credentials` (§4.4) and `refresh_token` (§6) for clients, which authenticate; `password` (§4.3) and `refresh_token` for sign-ins to Gatehouse itself. "Authorize" on this page uses it.',
          security: [{}, { client: [] }],
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
        response: { 200: Type.Void() },
        detail: {
          operationId: "revokeToken",
          tags,
          summary: "Revoke a token and end its session",
          description:
            "RFC 7009. Possession of the token is sufficient. For an unknown or expired token the response is also 200, and nothing changes.",
        },
      },
    );
}

/** The members of RFC 6749 §5.1. A sign-in has further ones. */
function onlyOf({ access_token, token_type, expires_in, ...rest }: TokenGrant): TokenGrant {
  const { refresh_token, id_token, scope } = rest;
  return {
    access_token,
    token_type,
    expires_in,
    ...(refresh_token === undefined ? {} : { refresh_token }),
    ...(id_token === undefined ? {} : { id_token }),
    ...(scope === undefined ? {} : { scope }),
  };
}

const metadataHeaders = { "cache-control": "public, max-age=3600" };

/** The server metadata, at the path of RFC 8414 §3 and at that of OpenID Connect (§5). */
export function serverMetadataRoutes({ kit }: Pick<RouteParts, "kit">) {
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
          summary: "Get the authorization server metadata",
          description: "RFC 8414. The addresses are made from `PUBLIC_URL`.",
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
          summary: "Get the metadata for OpenID Connect clients",
          description: "OpenID Connect Discovery 1.0 §4: the same document.",
        },
      },
    );
}
