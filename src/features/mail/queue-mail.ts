import type { SQL } from "drizzle-orm";

import type { Effect } from "../../platform/db/write.ts";
import { enqueue } from "../../platform/outbox/enqueue.ts";
import type { Context } from "../../platform/platform.ts";
import type { MailContent } from "./mail-content.ts";

/** The outbox topic of mail. */
export const mailTopic = "mail";

/** A mail to be sent once the change that it belongs to is committed. */
export interface QueuedMail {
  readonly userId: string | SQL;
  readonly to: string;
  readonly content: MailContent;
  /** After this moment it says nothing of use, and is not sent any more. */
  readonly usefulUntil: Date;
}

/** The effect of queueing a mail. Links and codes in it are sealed until it is sent, and gone afterwards. */
export function queueMail(ctx: Context, mail: QueuedMail): Effect {
  const { kind, locale, secrets, ...facts } = mail.content;
  return enqueue(ctx, {
    topic: mailTopic,
    key: mail.userId,
    payload: { kind, locale, to: mail.to, useful_until: mail.usefulUntil.toISOString(), facts },
    secrets,
  });
}
