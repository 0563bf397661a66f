import { sql, type SQL } from "drizzle-orm";

import type { Effect } from "../../platform/db/effects.ts";
import { type Computed, jsonObject } from "../../platform/db/json-object.ts";
import { enqueue } from "../../platform/outbox/enqueue.ts";
import type { Context } from "../../platform/platform.ts";
import type { MailContent } from "./mail-content.ts";

/** The outbox topic of mail. */
export const mailTopic = "mail";

/** A mail that is sent after the change that it belongs to is committed. Values that come from the changed row are SQL. */
export interface QueuedMail {
  /** The user whose language and name the mail has, as they are when it is sent. */
  readonly userId: string | SQL;
  readonly to: string | SQL;
  readonly content: ComputedContent<MailContent>;
  /** The email challenge whose link it contains. The mail is not sent once that is void, used or superseded. */
  readonly challengeId?: string;
  /** The mail is not sent after this time. Left out for a mail that does not expire. */
  readonly usefulUntil?: Date;
}

type ComputedContent<C> = C extends MailContent
  ? Pick<C, Extract<keyof C, "kind" | "secrets">> & Computed<Omit<C, "kind" | "secrets">>
  : never;

/** The effect that queues a mail. Its links and codes are sealed until it is sent, and deleted afterwards. */
export function queueMail(ctx: Context, mail: QueuedMail): Effect {
  const { kind, ...rest } = mail.content;
  const { secrets, ...facts } = { secrets: undefined, ...rest };
  const envelope = {
    kind,
    to: mail.to,
    challenge: mail.challengeId ?? null,
    useful_until: mail.usefulUntil?.toISOString() ?? null,
  };
  return enqueue(ctx, {
    topic: mailTopic,
    key: mail.userId,
    fairnessKey: mail.to,
    payload: sql`${jsonObject(envelope)} || jsonb_build_object('facts', ${jsonObject(facts)})`,
    ...(secrets ? { secrets } : {}),
  });
}
