import { isNull } from "drizzle-orm";

import { createMailRequests, mailLinkAndCode } from "../email-challenges/index.ts";
import { users } from "../users/index.ts";

/** Requests for a new verification mail, which users get while their address is not verified. */
export const verificationRequests = createMailRequests({
  topic: "verification-request",
  purpose: "verify-email",
  action: "user.verification_requested",
  which: isNull(users.emailVerifiedAt),
  effectsOf(ctx, recipient) {
    const linkTtlSeconds = ctx.settings.verifyEmailTtlSeconds;
    const { challenge, mail } = mailLinkAndCode(ctx, recipient, {
      kind: "verify-email",
      linkTtlSeconds,
    });
    return [challenge, mail];
  },
});

/** Accepts a request for a new verification mail, with the same response for every address. Throws `INVALID_EMAIL`. */
export const requestVerification = verificationRequests.request;
