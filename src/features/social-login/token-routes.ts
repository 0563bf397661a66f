import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import { tokenResponseSchema } from "../tokens/index.ts";
import { exchangeCode } from "./exchange-code.ts";
import { listProviders } from "./list-providers.ts";
import { exchangeBody, idTokenBody, providerParams, providersSchema } from "./model.ts";
import { accountFailures, tags } from "./route-texts.ts";
import type { SocialLoginParts } from "./routes.ts";
import { signInWithIdToken } from "./sign-in-with-id-token.ts";
import { createSocialLogin } from "./social-login.ts";

/** The part of social login that applications call themselves. */
export function socialTokenRoutes({ kit, cookie, platform, providers }: SocialLoginParts) {
  const social = createSocialLogin(platform, providers);
  return new Elysia({ prefix: "/api/v1/auth/oauth" })
    .use(kit)
    .get(
      "/providers",
      ({ ctx }) => success({ items: listProviders(ctx.settings, social) }, ctx.clock.now()),
      {
        anyone: true,
        response: { 200: successSchema(providersSchema) },
        detail: {
          operationId: "listProviders",
          tags,
          summary: "List the providers to sign in with",
          description: "Returns the providers that the settings switch on, by name.",
        },
      },
    )
    .post(
      "/:provider/token",
      async ({ ctx, params, body, set }) => {
        const { id_token: idToken, nonce } = body;
        const input = { provider: params.provider, idToken, nonce };
        const tokens = await signInWithIdToken(ctx, social, input);
        return success(cookie.deliver(set.headers, tokens), ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        params: providerParams,
        body: idTokenBody,
        failsWith: ["NOT_FOUND", ...accountFailures],
        response: { 200: successSchema(tokenResponseSchema) },
        detail: {
          operationId: "signInWithIdToken",
          tags,
          summary: "Sign in with an ID token of a provider",
          description:
            "For applications that sign in at the provider themselves, such as native apps and Google One Tap. The ID token is verified as in a sign-in through the browser, and is accepted once.",
        },
      },
    )
    .post(
      "/exchange",
      async ({ ctx, body, set }) => {
        const { code, code_verifier: verifier = null } = body;
        const tokens = await exchangeCode(ctx, { code, verifier });
        return success(cookie.deliver(set.headers, tokens), ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: exchangeBody,
        failsWith: [
          "INVALID_TOKEN",
          "EXPIRED_TOKEN",
          "INVALID_CREDENTIALS",
          "EMAIL_NOT_VERIFIED",
          "MFA_REQUIRED",
        ],
        response: { 200: successSchema(tokenResponseSchema) },
        detail: {
          operationId: "exchangeSocialLoginCode",
          tags,
          summary: "Exchange a one-time code for tokens",
          description:
            "Takes the `code` that the browser brought to `redirect_uri`, once and within 60 seconds, with the PKCE verifier if the start had a challenge. `MFA_REQUIRED`, for a user with two-factor authentication: the code is used up; finish at `/auth/2fa/verify`.",
        },
      },
    );
}
