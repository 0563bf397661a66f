import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { confirmEmailChange } from "./confirm-email-change.ts";
import {
  confirmEmailChangeBody,
  emailChangedSchema,
  emailChangeRequestedSchema,
  requestEmailChangeBody,
} from "./model.ts";
import { requestEmailChange } from "./request-email-change.ts";

const tags = ["E-mail change"];

/** Replacing the e-mail address of an account. */
export function emailChangeRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/auth/email" })
    .use(kit)
    .post(
      "/change",
      async ({ ctx, body, set }) => {
        await requestEmailChange(ctx, { newEmail: body.new_email, password: body.password });
        set.status = 202;
        return success(
          { message: "If the address is available, a confirmation e-mail will be sent to it." },
          ctx.clock.now(),
        );
      },
      {
        signedIn: true,
        accepts: "json",
        body: requestEmailChangeBody,
        failsWith: [
          "INVALID_EMAIL",
          "REGISTRATION_CLOSED",
          "INVALID_CREDENTIALS",
          "REAUTHENTICATION_REQUIRED",
          "OVERLOADED",
        ],
        response: {
          202: successSchema(emailChangeRequestedSchema),
        },
        detail: {
          operationId: "requestEmailChange",
          tags,
          summary: "Request a change of the e-mail address",
          description:
            "Sends a link to the new address and a notice to the current one, which stays until the link is used. The response is the same whether the new address is free or belongs to another user. Requires the password if the account has one (`INVALID_CREDENTIALS` when it is wrong), and otherwise a sign-in or reauthentication within the last hour (`REAUTHENTICATION_REQUIRED`). `REGISTRATION_CLOSED` when the domain of the new address is not one of `ALLOWED_EMAIL_DOMAINS`.",
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
        failsWith: ["INVALID_TOKEN", "EXPIRED_TOKEN", "CONFLICT"],
        response: {
          200: successSchema(emailChangedSchema),
        },
        detail: {
          operationId: "confirmEmailChange",
          tags,
          summary: "Confirm a change of the e-mail address",
          description:
            "Takes the token of the link that was sent to the new address. It works once. Ends every session of the user, because the request does not identify one of them, and invalidates every other link and code. `CONFLICT` when another account has taken the address in the meantime.",
        },
      },
    );
}
