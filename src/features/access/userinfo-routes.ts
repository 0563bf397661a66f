import type { UserActor } from "../../kernel/context.ts";
import type { Exchange } from "../../platform/http/exchange.ts";
import type { Authenticate } from "../../platform/http/guard.ts";
import { hotGet, hotPost } from "../../platform/http/hot-route.ts";
import { userinfoBody, userinfoJson, userinfoSchema, userOfRequest } from "./userinfo.ts";

const path = "/oauth/userinfo";
const tags = ["OAuth 2.0"];
const failsWith = ["AUTHENTICATION_REQUIRED", "FORBIDDEN"] as const;
const security = [{ bearer: [] }];
const description =
  "OpenID Connect Core §5.3, as of now: the claims of the scopes that were granted. With a token of a sign-in to Gatehouse itself, all of them.";

/** The claims of a user, for clients that the user signed in to. */
export function userinfoRoutes({
  authenticateGranted,
}: {
  readonly authenticateGranted: Authenticate;
}) {
  const responseTo = (exchange: Exchange, found: UserActor | Promise<UserActor>) => {
    const json = (user: UserActor) => {
      exchange.userId = user.userId;
      return userinfoJson(user);
    };
    return found instanceof Promise ? found.then(json) : json(found);
  };
  return [
    hotGet({
      path,
      handle({ ctx, exchange }) {
        const sent = { request: exchange.request, inForm: null };
        return responseTo(exchange, userOfRequest(ctx, sent, authenticateGranted));
      },
      failsWith,
      response: { 200: userinfoSchema },
      detail: {
        operationId: "getUserInfo",
        tags,
        summary: "Get a user's claims",
        description,
        security,
      },
    }),
    hotPost({
      path,
      bodyKind: "form",
      body: userinfoBody,
      needsClientAddress: false,
      handle({ ctx, exchange, body }) {
        const sent = { request: exchange.request, inForm: body.access_token ?? null };
        return responseTo(exchange, userOfRequest(ctx, sent, authenticateGranted));
      },
      failsWith,
      response: { 200: userinfoSchema },
      detail: {
        operationId: "postForUserInfo",
        tags,
        summary: "Get a user's claims by POST",
        description: `${description} The token is in the header, or in the form as \`access_token\`.`,
        security: [...security, {}],
      },
    }),
  ] as const;
}
