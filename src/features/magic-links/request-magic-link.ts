import { and, eq, sql } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { changedColumn, withEffects } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { queueMail } from "../mail/index.ts";
import { challengeLink, issueChallenge, takeRequest } from "../email-challenges/index.ts";
import { isActive, users } from "../users/index.ts";

/** The outbox topic of requests for a magic link. */
export const magicLinkRequestTopic = "magic-link-request";

/**
 * Takes note that somebody wants to sign in by mail. Nothing is looked up before the answer: for a known and for an unknown
 * address the same single row is written, and a worker does the rest. Throws `INVALID_EMAIL`.
 */
export async function requestMagicLink(ctx: Context, input: { email: string }): Promise<void> {
  await takeRequest(ctx, magicLinkRequestTopic, input);
}

/** Mails a living user with this address a link and a code to sign in with; does nothing for any other address. */
export async function sendMagicLink(ctx: Context, { email }: { email: string }): Promise<void> {
  const linkTtlSeconds = ctx.settings.magicLinkTtlSeconds;
  const known = ctx.db.$with("known").as(
    ctx.db
      .select({ id: users.id, credentialsVersion: users.credentialsVersion })
      .from(users)
      .where(and(eq(sql`lower(${users.email})`, email), isActive)),
  );
  const userId = changedColumn("id");
  const { token, code, codeTtlSeconds, effect } = issueChallenge(ctx, {
    userId,
    credentialsVersion: changedColumn("credentials_version"),
    email,
    purpose: "magic-link",
    linkTtlSeconds,
    hasCode: true,
  });
  const [sent] = await withEffects(ctx.db, known, [
    effect,
    queueMail(ctx, {
      userId,
      to: email,
      usefulUntil: addSeconds(ctx.clock.now(), linkTtlSeconds),
      content: {
        kind: "magic-link",
        linkTtlSeconds,
        codeTtlSeconds,
        secrets: { link: challengeLink(ctx, "magic-link", token), code },
      },
    }),
    recordAudit(ctx, { action: "user.magic_link_requested", result: "success", userId }),
  ])
    .select()
    .from(known);
  if (sent) ctx.outboxWritten();
}
