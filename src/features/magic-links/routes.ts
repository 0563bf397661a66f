import type { Static } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { AppError } from "../../kernel/errors.ts";
import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RefreshCookie } from "../../platform/http/refresh-cookie.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import type { Context } from "../../platform/platform.ts";
import { type TokenResponse, tokenResponseSchema } from "../tokens/index.ts";
import { magicLinkRequestedSchema, requestMagicLinkBody, signInByMailBody } from "./model.ts";
import { requestMagicLink } from "./request-magic-link.ts";
import { signInByCode, signInByLink } from "./sign-in-by-mail.ts";

const tags = ["Sign-up and sign-in"];

/** Signing in without a password, by a mailed link or code. */
export function magicLinksRoutes(kit: RouteKit, cookie: RefreshCookie) {
  return new Elysia({ prefix: "/api/v1/auth" })
    .use(kit)
    .post(
      "/magic-link",
      async ({ ctx, body, set }) => {
        await requestMagicLink(ctx, body);
        set.status = 202;
        return success(
          { message: "If the address belongs to an account, a mail is on its way." },
          ctx.clock.now(),
        );
      },
      {
        anyone: true,
        accepts: "json",
        body: requestMagicLinkBody,
        response: { 202: successSchema(magicLinkRequestedSchema) },
        detail: {
          operationId: "requestMagicLink",
          tags,
          summary: "Ask for a mail to sign in with",
          description:
            "Answers alike for every address. The mail holds a link and a six-digit code, of which one can be used, once. A new mail makes the link and the code of earlier ones worthless.",
        },
      },
    )
    .post(
      "/magic-link/verify",
      async ({ ctx, body, set }) => {
        const tokens = await signIn(ctx, body);
        return success(cookie.deliver(set.headers, tokens), ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: signInByMailBody,
        response: {
          200: successSchema(tokenResponseSchema),
        },
        detail: {
          operationId: "signInByMail",
          tags,
          summary: "Sign in with a mailed link or code",
          description:
            "Takes the token of the mailed link, or the address and the six digits. An address that was not verified is verified by it; then the password, the sessions, links and codes from before are gone, for somebody else may have set them up. After too many wrong codes (`OTP_MAX_ATTEMPTS`) ask for a new mail.",
        },
      },
    );
}

function signIn(ctx: Context, body: Static<typeof signInByMailBody>): Promise<TokenResponse> {
  const { token, email, code } = body;
  if (token !== undefined && email === undefined && code === undefined) {
    return signInByLink(ctx, token);
  }
  if (token === undefined && email !== undefined && code !== undefined) {
    return signInByCode(ctx, { email, code });
  }
  const issue = "Send either `token`, or `email` and `code`.";
  throw new AppError("VALIDATION_ERROR", issue, { faults: [{ field: "token", issue }] });
}
