import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
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

/** Verifying that an e-mail address belongs to the user. */
export function emailVerificationRoutes({ kit }: Pick<RouteParts, "kit">) {
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
        failsWith: ["INVALID_TOKEN", "EXPIRED_TOKEN"],
        response: { 200: successSchema(verifiedSchema) },
        detail: {
          operationId: "verifyEmail",
          tags,
          summary: "Verify an e-mail address by link",
          description: "Takes the token of the link in the e-mail. It works once.",
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
        failsWith: ["INVALID_EMAIL", "INVALID_CODE"],
        response: { 200: successSchema(verifiedSchema) },
        detail: {
          operationId: "verifyEmailByCode",
          tags,
          summary: "Verify an e-mail address by code",
          description:
            "Takes the six-digit code of the e-mail. After too many wrong codes (`OTP_MAX_ATTEMPTS`), request a new e-mail.",
        },
      },
    )
    .post(
      "/resend-verification",
      async ({ ctx, body, set }) => {
        await requestVerification(ctx, body);
        set.status = 202;
        return success(
          {
            message:
              "If the address belongs to an unverified account, an e-mail will be sent to it.",
          },
          ctx.clock.now(),
        );
      },
      {
        anyone: true,
        accepts: "json",
        body: resendVerificationBody,
        failsWith: ["INVALID_EMAIL"],
        response: { 202: successSchema(requestedSchema) },
        detail: {
          operationId: "resendVerification",
          tags,
          summary: "Request a new verification e-mail",
          description:
            "The response is the same for every address. The links and codes of earlier e-mails stay valid until one is used or they expire.",
        },
      },
    );
}
