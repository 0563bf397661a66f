import type { SQL } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import type { Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { queueMail } from "../mail/index.ts";
import { issueChallenge } from "../mail-challenges/index.ts";

/** A mail with a link and a code, and what stores and queues it along with a change. */
export interface VerificationMail {
  /** The link's token: some events carry it. */
  readonly token: string;
  readonly effects: readonly Effect[];
}

/** Composes the mail that asks a user to verify her address. It makes any earlier one worthless. */
export function composeVerificationMail(
  ctx: Context,
  user: { id: string | SQL; email: string; name: string | null },
): VerificationMail {
  const { settings } = ctx;
  const linkTtlSeconds = settings.verifyEmailTtlSeconds;
  const { token, code, effect } = issueChallenge(ctx, {
    userId: user.id,
    email: user.email,
    purpose: "verify-email",
    linkTtlSeconds,
  });
  const mail = queueMail(ctx, {
    userId: user.id,
    to: user.email,
    usefulUntil: addSeconds(ctx.clock.now(), linkTtlSeconds),
    content: {
      kind: "verify-email",
      locale: "en",
      name: user.name,
      linkTtlSeconds,
      codeTtlSeconds: Math.min(settings.otpTtlSeconds, linkTtlSeconds),
      secrets: { link: verificationLink(ctx, token), code },
    },
  });
  return { token, effects: [effect, mail] };
}

/** The link comes from the settings alone: what a request says of its host never enters a mail. */
function verificationLink(ctx: Context, token: string): string {
  const page = new URL(ctx.settings.linkVerifyEmail ?? `${ctx.settings.publicUrl}/verify-email`);
  page.searchParams.set("token", token);
  return page.href;
}
