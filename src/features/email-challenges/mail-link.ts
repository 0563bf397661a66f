import { addSeconds } from "../../kernel/clock.ts";
import type { Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { queueMail } from "../mail/index.ts";
import { type ChallengeRecipient, issueChallenge } from "./issue-challenge.ts";

/** An issued challenge, and the effects that store it and queue its mail. */
export interface MailedChallenge {
  /** The link's token: some events carry it. */
  readonly token: string;
  readonly challenge: Effect;
  readonly mail: Effect;
}

/** Issues a challenge with a link and a code, and queues its mail. */
export function mailLinkAndCode(
  ctx: Context,
  recipient: ChallengeRecipient,
  {
    kind,
    linkTtlSeconds,
  }: {
    kind: "verify-email" | "verify-reminder" | "magic-link";
    linkTtlSeconds: number;
  },
): MailedChallenge {
  const purpose = kind === "verify-reminder" ? "verify-email" : kind;
  const issued = issueChallenge(ctx, { ...recipient, purpose, linkTtlSeconds, hasCode: true });
  const { token, link, code, codeTtlSeconds } = issued;
  const mail = queueMail(ctx, {
    userId: recipient.userId,
    to: recipient.email,
    challengeId: issued.id,
    usefulUntil: addSeconds(ctx.clock.now(), linkTtlSeconds),
    content: { kind, linkTtlSeconds, codeTtlSeconds, secrets: { link, code } },
  });
  return { token, challenge: issued.effect, mail };
}

/** Issues a challenge with a link alone, and queues its mail. */
export function mailLink(
  ctx: Context,
  recipient: ChallengeRecipient,
  {
    linkTtlSeconds,
    ...kind
  }: { linkTtlSeconds: number } & (
    | { kind: "reset-password"; isInvitation?: true }
    | { kind: "change-email" }
  ),
): MailedChallenge {
  const purpose = kind.kind;
  const issued = issueChallenge(ctx, { ...recipient, purpose, linkTtlSeconds, hasCode: false });
  const { token, link } = issued;
  const mail = queueMail(ctx, {
    userId: recipient.userId,
    to: recipient.email,
    challengeId: issued.id,
    usefulUntil: addSeconds(ctx.clock.now(), linkTtlSeconds),
    content: { ...kind, linkTtlSeconds, secrets: { link } },
  });
  return { token, challenge: issued.effect, mail };
}
