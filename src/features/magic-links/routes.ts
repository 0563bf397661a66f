import type { Static } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { AppError } from "../../kernel/errors.ts";
import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import type { Context } from "../../platform/platform.ts";
import { type TokenResponse, tokenResponseSchema } from "../tokens/index.ts";
import { magicLinkRequestedSchema, requestMagicLinkBody, signInByMailBody } from "./model.ts";
import { requestMagicLink } from "./request-magic-link.ts";
import { signInByCode, signInByLink } from "./sign-in-by-mail.ts";

const tags = ["Sign-up and sign-in"];

/** Signing in without a password, by a link or code sent by e-mail. */
export function magicLinksRoutes({ kit, cookie }: Pick<RouteParts, "kit" | "cookie">) {
  return new Elysia({ prefix: "/api/v1/auth" })
    .use(kit)
    .post(
      "/magic-link",
      async ({ ctx, body, set }) => {
        await requestMagicLink(ctx, body);
        set.status = 202;
        return success(
          { message: "If the address belongs to an account, an e-mail will be sent to it." },
          ctx.clock.now(),
        );
      },
      {
        anyone: true,
        accepts: "json",
        body: requestMagicLinkBody,
        failsWith: ["INVALID_EMAIL"],
        response: { 202: successSchema(magicLinkRequestedSchema) },
        detail: {
          operationId: "requestMagicLink",
          tags,
          summary: "Request a sign-in e-mail",
          description:
            "The response is the same for every address. The e-mail contains a link and a six-digit code; one of the two can be used, once. The links and codes of earlier e-mails stay valid until one is used or they expire. If the request has the cookie `gatehouse_device`, or `Sec-Fetch-Site: same-origin`, the response sets that cookie and the link works only with it, so in that browser; the code works everywhere. Otherwise the link works everywhere.",
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
        failsWith: [
          "INVALID_EMAIL",
          "INVALID_TOKEN",
          "EXPIRED_TOKEN",
          "INVALID_CODE",
          "FORBIDDEN",
          "MFA_REQUIRED",
        ],
        response: {
          200: successSchema(tokenResponseSchema),
        },
        detail: {
          operationId: "signInByMail",
          tags,
          summary: "Sign in with a link or code from an e-mail",
          description:
            "Takes the token of the link, or the address and the six-digit code. An unverified address is verified by it; the password, sessions, links and codes from before are then removed, because another person may have created them. After too many wrong codes (`OTP_MAX_ATTEMPTS`), request a new e-mail. `FORBIDDEN` means that the link was requested in another browser: it stays valid there, and the code works here. `MFA_REQUIRED`, for a user with two-factor authentication: the link or code is used up; finish at `/auth/2fa/verify`.",
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
