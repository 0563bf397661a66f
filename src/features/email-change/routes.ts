import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { confirmEmailChange } from "./confirm-email-change.ts";
import {
  confirmEmailChangeBody,
  emailChangedSchema,
  emailChangeRequestedSchema,
  requestEmailChangeBody,
} from "./model.ts";
import { requestEmailChange } from "./request-email-change.ts";

const tags = ["E-mail change"];

/** Another address in the place of the present one. */
export function emailChangeRoutes(kit: RouteKit) {
  return new Elysia({ prefix: "/api/v1/auth/email" })
    .use(kit)
    .post(
      "/change",
      async ({ ctx, body, set }) => {
        await requestEmailChange(ctx, { newEmail: body.new_email, password: body.password });
        set.status = 202;
        return success(
          { message: "If the address can be yours, a mail to confirm it is on its way." },
          ctx.clock.now(),
        );
      },
      {
        signedIn: true,
        accepts: "json",
        body: requestEmailChangeBody,
        response: {
          202: successSchema(emailChangeRequestedSchema),
        },
        detail: {
          operationId: "requestEmailChange",
          tags,
          summary: "Ask for another e-mail address",
          description:
            "Mails a link to the new address and a notice to the present one, which stays until the link is used. Answers alike whether the new address is free or somebody else's. Needs the password: `INVALID_CREDENTIALS` when it is wrong, or when the account has none; then ask for a reset, which proves the present address.",
        },
      },
    )
    .post(
      "/change-confirm",
      async ({ ctx, body }) => {
        const { email } = await confirmEmailChange(ctx, body.token);
        const message = "Your e-mail address has been changed. Please sign in with it.";
        return success({ message, email }, ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: confirmEmailChangeBody,
        response: {
          200: successSchema(emailChangedSchema),
        },
        detail: {
          operationId: "confirmEmailChange",
          tags,
          summary: "Change the e-mail address by a mailed link",
          description:
            "Takes the token of the link that was mailed to the new address. It works once. Ends every session of the user, for nobody says here which of them is hers, and makes every other link and code worthless. `CONFLICT` when somebody else has taken the address meanwhile.",
        },
      },
    );
}
