import type { Static } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { UserActor } from "../../kernel/context.ts";
import { uncheckedSuccessSchema } from "../../platform/http/envelope.ts";
import { renderOnce } from "../../platform/http/rendered-json.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import type { Shortcut } from "../../platform/http/shortcut.ts";
import { validateTokenBody, validTokenSchema } from "./model.ts";

const validToken = renderOnce(viewToken);

const beginnings = ['{"token":"', '{"token": "'];
const end = '"}';

/** The short way for a body of the token alone, as JSON libraries write it. A known token holds nothing that JSON escapes. */
export const validateTokenShortcut: Shortcut = {
  path: "/api/v1/auth/validate-token",
  tokenIn(body) {
    const beginning = beginnings.find((each) => body.startsWith(each));
    return beginning !== undefined && body.endsWith(end)
      ? body.slice(beginning.length, -end.length)
      : null;
  },
  text: validToken.textOf,
};

/** For services behind us that ask about each token that they get. */
export function validateTokenRoutes({
  kit,
  authenticate,
}: Pick<RouteParts, "kit" | "authenticate">) {
  return new Elysia({ prefix: "/api/v1/auth" })
    .use(kit)
    .post(
      "/validate-token",
      async ({ ctx, body }) => validToken.of(await authenticate(ctx, body.token), ctx.clock.now()),
      {
        anyone: true,
        accepts: "json",
        body: validateTokenBody,
        failsWith: ["INVALID_TOKEN", "EXPIRED_TOKEN"],
        response: {
          200: uncheckedSuccessSchema(validTokenSchema),
        },
        detail: {
          operationId: "validateToken",
          tags: ["Sessions"],
          summary: "Validate an access token",
          description:
            "For services behind Gatehouse: returns the user that the token belongs to, as currently stored. A token of an ended session is invalid.",
        },
      },
    );
}

function viewToken(actor: UserActor): Static<typeof validTokenSchema> {
  return {
    is_valid: true,
    user_id: actor.userId,
    email: actor.email,
    expires_at: actor.tokenExpiresAt.toISOString(),
    session_id: actor.sessionId,
    roles: [...actor.roles],
    permissions: [...actor.permissions],
  };
}
