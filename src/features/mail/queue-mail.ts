import { sql, type SQL } from "drizzle-orm";

import { type Computed, jsonObject } from "../../platform/db/json-object.ts";
import type { Effect } from "../../platform/db/write.ts";
import { enqueue } from "../../platform/outbox/enqueue.ts";
import type { Context } from "../../platform/platform.ts";
import type { MailContent } from "./mail-content.ts";

/** The outbox topic of mail. */
export const mailTopic = "mail";

/** A mail to be sent once the change that it belongs to is committed. In SQL is what only the change's row knows. */
export interface QueuedMail {
  /** Whose language and name it is written in: as they are when it is sent. */
  readonly userId: string | SQL;
  readonly to: string | SQL;
  readonly content: ComputedContent<MailContent>;
  /** After this moment it says nothing of use, and is not sent any more. Left out for what stays true. */
  readonly usefulUntil?: Date;
}

type ComputedContent<C> = C extends MailContent
  ? Pick<C, Extract<keyof C, "kind" | "secrets">> & Computed<Omit<C, "kind" | "secrets">>
  : never;

/** The effect of queueing a mail. Links and codes in it are sealed until it is sent, and gone afterwards. */
export function queueMail(ctx: Context, mail: QueuedMail, when?: SQL): Effect {
  const { kind, ...rest } = mail.content;
  const { secrets, ...facts } = { secrets: undefined, ...rest };
  const envelope = { kind, to: mail.to, useful_until: mail.usefulUntil?.toISOString() ?? null };
  return enqueue(
    ctx,
    {
      topic: mailTopic,
      key: mail.userId,
      payload: sql`${jsonObject(envelope)} || jsonb_build_object('facts', ${jsonObject(facts)})`,
      ...(secrets ? { secrets } : {}),
    },
    when,
  );
}
