import { Type } from "@sinclair/typebox";

import { compileOnUse } from "../../kernel/schema-check.ts";
import { MailRejectedError } from "../../platform/mail/port.ts";
import {
  type DeliverMessage,
  ObsoleteMessageError,
  type OutboxMessage,
  PermanentDeliveryError,
} from "../../platform/outbox/port.ts";
import type { Platform } from "../../platform/platform.ts";
import { findMailedUser, type MailedUser } from "./find-mailed-user.ts";
import { type MailContent, mailContentSchema, mailKinds } from "./mail-content.ts";
import { renderContent } from "./render-content.ts";
import { recipientOf } from "./templates/recipient.ts";
import { senderOf } from "./templates/sender.ts";

const payload = compileOnUse(
  Type.Object({
    kind: Type.String(),
    to: Type.String(),
    challenge: Type.Optional(Type.Union([Type.String(), Type.Null()])),
    useful_until: Type.Union([Type.String(), Type.Null()]),
    facts: Type.Record(Type.String(), Type.Unknown()),
  }),
);
const content = compileOnUse(mailContentSchema);

/** Whether the mail of an email challenge is to be sent. */
export type ClaimChallenge = (platform: Platform, challengeId: string) => Promise<boolean>;

/**
 * Sends the mails that `queueMail` queued. A mail that the server rejects permanently is not retried. A mail whose link was used,
 * is void or has expired, or is superseded by the link of a newer mail, is deleted.
 */
export function createMailDelivery(
  platform: Platform,
  claimChallenge: ClaimChallenge,
): DeliverMessage {
  const sender = senderOf(platform.settings);
  return async (message) => {
    const { to, challenge, mail } = readMail(message, platform.clock.now());
    const user = message.key === null ? null : await findMailedUser(platform.db, message.key);
    if (!isWanted(mail, user)) return;
    if (challenge !== null && !(await claimChallenge(platform, challenge))) {
      throw new ObsoleteMessageError("its link is used, void or superseded");
    }
    const recipient = recipientOf({
      sender,
      name: user?.name ?? null,
      locale: user?.locale ?? null,
    });
    try {
      await platform.mailer.send({
        id: message.id,
        kind: mail.kind,
        to: { name: recipient.name ?? "", address: to },
        ...renderContent(recipient, mail),
      });
    } catch (error) {
      if (error instanceof MailRejectedError) throw new PermanentDeliveryError(error.message);
      throw error;
    }
  };
}

/** Since the mail was queued, the user may have been disabled or deleted, or have verified the address. */
function isWanted({ kind }: MailContent, user: MailedUser | null): boolean {
  if (user?.isDisabled === true) return false;
  return kind !== "verify-reminder" || user?.needsVerification === true;
}

function readMail(
  message: OutboxMessage,
  now: Date,
): { to: string; challenge: string | null; mail: MailContent } {
  const queued = message.payload;
  if (!payload.Check(queued)) throw new PermanentDeliveryError("not a mail");
  if (queued.useful_until !== null && new Date(queued.useful_until) <= now) {
    throw new ObsoleteMessageError("its link has expired");
  }
  // A replica of a later version queued it, and such a replica delivers it.
  if (!mailKinds.has(queued.kind)) throw new Error("its kind is unknown to this version");
  const mail = { ...queued.facts, kind: queued.kind, secrets: message.secrets };
  if (!content.Check(mail)) throw new PermanentDeliveryError("its content cannot be read");
  return { to: queued.to, challenge: queued.challenge ?? null, mail };
}
