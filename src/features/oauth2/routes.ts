import { Elysia } from "elysia";

import type { RouteKit } from "../../platform/http/route-kit.ts";
import { oauthErrorSchema } from "./errors.ts";
import { grantTokens } from "./grant-tokens.ts";
import { tokenGrantSchema, tokenRequestBody } from "./model.ts";

/** The OAuth 2.0 endpoints. Their answers are those of the RFCs, without our envelope. */
export function oauth2Routes(kit: RouteKit) {
  return new Elysia({ prefix: "/oauth" }).use(kit).post(
    "/token",
    async ({ ctx, body, set }) => {
      // RFC 6749 §5.1 asks for both; `Cache-Control: no-store` is on every answer.
      set.headers["pragma"] = "no-cache";
      const tokens = await grantTokens(ctx, body);
      return {
        access_token: tokens.access_token,
        token_type: tokens.token_type,
        expires_in: tokens.expires_in,
        refresh_token: tokens.refresh_token,
      };
    },
    {
      anyone: true,
      accepts: "form",
      body: tokenRequestBody,
      response: {
        200: tokenGrantSchema,
        400: oauthErrorSchema,
        413: oauthErrorSchema,
        415: oauthErrorSchema,
        503: oauthErrorSchema,
      },
      detail: {
        operationId: "grantTokens",
        tags: ["OAuth 2.0"],
        summary: "The token endpoint",
        description:
          'Grants: `password` (RFC 6749 §4.3) and `refresh_token` (§6). What "Authorize" in this page uses.',
        security: [],
      },
    },
  );
}
