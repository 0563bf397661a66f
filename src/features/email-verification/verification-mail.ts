import type { SQL } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import type { Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { queueMail } from "../mail/index.ts";
import { challengeLink, issueChallenge } from "../email-challenges/index.ts";

/** A mail with a link and a code, and what stores and queues it along with a change. */
export interface VerificationMail {
  /** The link's token: some events carry it. */
  readonly token: string;
  readonly effects: readonly Effect[];
}

/** Composes the mail that asks a user to verify her address, or reminds her to. It makes any earlier one worthless. */
export function composeVerificationMail(
  ctx: Context,
  user: { id: string | SQL; credentialsVersion: number | SQL; email: string },
  kind: "verify-email" | "verify-reminder" = "verify-email",
): VerificationMail {
  const linkTtlSeconds = ctx.settings.verifyEmailTtlSeconds;
  const { token, code, codeTtlSeconds, effect } = issueChallenge(ctx, {
    userId: user.id,
    credentialsVersion: user.credentialsVersion,
    email: user.email,
    purpose: "verify-email",
    linkTtlSeconds,
    hasCode: true,
  });
  const mail = queueMail(ctx, {
    userId: user.id,
    to: user.email,
    usefulUntil: addSeconds(ctx.clock.now(), linkTtlSeconds),
    content: {
      kind,
      linkTtlSeconds,
      codeTtlSeconds,
      secrets: { link: challengeLink(ctx, "verify-email", token), code },
    },
  });
  return { token, effects: [effect, mail] };
}
