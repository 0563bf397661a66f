import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { changePassword } from "./change-password.ts";
import { changePasswordBody, requestResetBody, resetPasswordBody, toldSchema } from "./model.ts";
import { requestPasswordReset } from "./request-reset.ts";
import { resetPassword } from "./reset-password.ts";

const tags = ["Passwords"];

/** A new password in the place of a forgotten or a known one. */
export function passwordRecoveryRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/api/v1/auth/password" })
    .use(kit)
    .post(
      "/reset",
      async ({ ctx, body, set }) => {
        await requestPasswordReset(ctx, body);
        set.status = 202;
        return success(
          { message: "If the address belongs to an account, a mail is on its way." },
          ctx.clock.now(),
        );
      },
      {
        anyone: true,
        accepts: "json",
        body: requestResetBody,
        response: { 202: successSchema(toldSchema) },
        detail: {
          operationId: "requestPasswordReset",
          tags,
          summary: "Ask for a mail to set a new password",
          description:
            "Answers alike for every address. Nothing changes until the mailed link is used; a new mail makes the link of earlier ones worthless. An account without a password gets one in this way.",
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
        response: { 200: successSchema(toldSchema) },
        detail: {
          operationId: "resetPassword",
          tags,
          summary: "Set a new password by a mailed link",
          description:
            "The link's token works once; a password that is refused does not use it up. Ends every session of the user and makes every other link and code worthless. Signs nobody in.",
        },
      },
    )
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
        response: { 200: successSchema(toldSchema) },
        detail: {
          operationId: "changePassword",
          tags,
          summary: "Change one's own password",
          description:
            "Needs the present password: `INVALID_CREDENTIALS` when it is wrong, or when the account has none; then ask for a reset. Ends every other session of the user and makes outstanding links and codes worthless.",
        },
      },
    );
}
