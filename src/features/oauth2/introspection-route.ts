import { OAuthError } from "../../kernel/oauth-error.ts";
import type { Authenticate } from "../../platform/http/guard.ts";
import { hotPost } from "../../platform/http/hot-route.ts";
import { authenticateConfidentialClient } from "../clients/index.ts";
import { introspectToken } from "./introspect-token.ts";
import { introspectionBody, introspectionSchema } from "./model.ts";
import { required } from "./parameters.ts";

/** Token introspection (RFC 7662). */
export function introspectionRoute({
  authenticateGranted,
}: {
  readonly authenticateGranted: Authenticate;
}) {
  return hotPost({
    path: "/oauth/introspect",
    bodyKind: "form",
    body: introspectionBody,
    needsClientAddress: true,
    async handle({ ctx, exchange, body }) {
      const { clientId, createdBy } = await authenticateConfidentialClient(ctx, {
        authorization: exchange.request.headers.get("authorization"),
        parameters: body,
        path: "/oauth/introspect",
      });
      // Such a client learns what it may know of a user from the UserInfo endpoint.
      if (createdBy === "registration" || createdBy === "metadata_document") {
        const reason = "A client that registered itself may not introspect tokens.";
        throw new OAuthError("unauthorized_client", reason, "FORBIDDEN");
      }
      const token = required(body, "token");
      return introspectToken(ctx, { authenticateGranted, token, clientId });
    },
    failsWith: ["FORBIDDEN"],
    response: { 200: introspectionSchema },
    detail: {
      operationId: "introspectToken",
      tags: ["OAuth 2.0"],
      summary: "Introspect a token",
      description:
        "RFC 7662, for services that authenticate as a client. As of now: a token of an ended session is not active. Introspection does not use up a refresh token.",
      security: [{ client: [] }],
    },
  });
}
