import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { changePassword } from "./change-password.ts";
import { changePasswordBody, requestResetBody, resetPasswordBody, toldSchema } from "./model.ts";
import { requestPasswordReset } from "./request-reset.ts";
import { resetPassword } from "./reset-password.ts";

const tags = ["Passwords"];

/** Resetting a forgotten password, and changing a known one. */
export function passwordRecoveryRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/auth/password" })
    .use(kit)
    .post(
      "/change",
      async ({ ctx, body }) => {
        await changePassword(ctx, {
          currentPassword: body.current_password,
          newPassword: body.new_password,
          confirmation: body.new_password_confirmation,
        });
        return success({ message: "Your password has been changed." }, ctx.clock.now());
      },
      {
        signedIn: true,
        accepts: "json",
        body: changePasswordBody,
        failsWith: ["PASSWORD_MISMATCH", "WEAK_PASSWORD", "INVALID_CREDENTIALS", "OVERLOADED"],
        response: { 200: successSchema(toldSchema) },
        detail: {
          operationId: "changePassword",
          tags,
          summary: "Change the user's own password",
          description:
            "Requires the current password: `INVALID_CREDENTIALS` when it is wrong or the account has none; in that case request a password reset. Ends every other session of the user and invalidates outstanding links and codes.",
        },
      },
    )
    .post(
      "/reset",
      async ({ ctx, body, set }) => {
        await requestPasswordReset(ctx, body);
        set.status = 202;
        return success(
          { message: "If the address belongs to an account, an e-mail will be sent to it." },
          ctx.clock.now(),
        );
      },
      {
        anyone: true,
        accepts: "json",
        body: requestResetBody,
        failsWith: ["INVALID_EMAIL"],
        response: { 202: successSchema(toldSchema) },
        detail: {
          operationId: "requestPasswordReset",
          tags,
          summary: "Request a password reset",
          description:
            "The response is the same for every address. The account does not change until the link in the e-mail is used; the links of earlier e-mails stay valid until one is used or they expire. An account without a password gets one in this way.",
        },
      },
    )
    .post(
      "/reset-confirm",
      async ({ ctx, body }) => {
        await resetPassword(ctx, {
          token: body.token,
          password: body.password,
          confirmation: body.password_confirmation,
        });
        const message = "Your password has been changed. Please sign in with it.";
        return success({ message }, ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: resetPasswordBody,
        failsWith: [
          "PASSWORD_MISMATCH",
          "WEAK_PASSWORD",
          "INVALID_TOKEN",
          "EXPIRED_TOKEN",
          "OVERLOADED",
        ],
        response: { 200: successSchema(toldSchema) },
        detail: {
          operationId: "resetPassword",
          tags,
          summary: "Reset the password",
          description:
            "The token of the link works once; a rejected password does not consume it. Ends every session of the user and invalidates every other link and code. Does not sign the user in.",
        },
      },
    );
}
