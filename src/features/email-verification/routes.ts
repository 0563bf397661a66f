import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import {
  requestedSchema,
  resendVerificationBody,
  verifiedSchema,
  verifyCodeBody,
  verifyEmailBody,
} from "./model.ts";
import { requestVerification } from "./request-verification.ts";
import { verifyEmailByCode, verifyEmailByToken } from "./verify-email.ts";

const tags = ["E-mail verification"];
const verifiedMessage = "Email verified successfully";

/** Proving that an address is one's own. */
export function emailVerificationRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/api/v1/auth" })
    .use(kit)
    .post(
      "/verify-email",
      async ({ ctx, body }) => {
        const { userId } = await verifyEmailByToken(ctx, body.token);
        return success({ message: verifiedMessage, user_id: userId }, ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: verifyEmailBody,
        response: { 200: successSchema(verifiedSchema) },
        detail: {
          operationId: "verifyEmail",
          tags,
          summary: "Verify an e-mail address by link",
          description: "Takes the token of the mailed link. It works once.",
        },
      },
    )
    .post(
      "/verify",
      async ({ ctx, body }) => {
        const { userId } = await verifyEmailByCode(ctx, body);
        return success({ message: verifiedMessage, user_id: userId }, ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: verifyCodeBody,
        response: { 200: successSchema(verifiedSchema) },
        detail: {
          operationId: "verifyEmailByCode",
          tags,
          summary: "Verify an e-mail address by code",
          description:
            "Takes the six digits of the mail. After too many wrong ones (`OTP_MAX_ATTEMPTS`) ask for a new mail.",
        },
      },
    )
    .post(
      "/resend-verification",
      async ({ ctx, body, set }) => {
        await requestVerification(ctx, body);
        set.status = 202;
        return success(
          { message: "If the address belongs to an unverified account, a mail is on its way." },
          ctx.clock.now(),
        );
      },
      {
        anyone: true,
        accepts: "json",
        body: resendVerificationBody,
        response: { 202: successSchema(requestedSchema) },
        detail: {
          operationId: "resendVerification",
          tags,
          summary: "Ask for a new verification mail",
          description:
            "Answers alike for every address. A new mail makes the link and the code of earlier ones worthless.",
        },
      },
    );
}
