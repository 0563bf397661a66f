import { createMailRequests, mailLink } from "../email-challenges/index.ts";
import { recordEvent } from "../events/index.ts";

/**
 * Requests for a link to set a new password, which users get whether they have a password or not. The present password stays
 * until the link is used.
 */
export const passwordResetRequests = createMailRequests({
  topic: "password-reset-request",
  purpose: "reset-password",
  action: "user.password_reset_requested",
  effectsOf(ctx, recipient) {
    const { userId, email } = recipient;
    const linkTtlSeconds = ctx.settings.passwordResetTtlSeconds;
    const { challenge, mail } = mailLink(ctx, recipient, {
      kind: "reset-password",
      linkTtlSeconds,
    });
    return [
      challenge,
      mail,
      ...recordEvent(ctx, "user.password_reset_requested", { user_id: userId, email }),
    ];
  },
});

/** Accepts a request for a link to set a new password, with the same response for every address. Throws `INVALID_EMAIL`. */
export const requestPasswordReset = passwordResetRequests.request;
