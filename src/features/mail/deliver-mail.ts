import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";
import { eq } from "drizzle-orm";

import type { Db } from "../../platform/db/port.ts";
import { MailRejectedError } from "../../platform/mail/port.ts";
import {
  type DeliverMessage,
  type OutboxMessage,
  PermanentDeliveryError,
} from "../../platform/outbox/port.ts";
import type { Platform } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { type MailContent, mailContentSchema, mailKinds } from "./mail-content.ts";
import { renderContent } from "./render-content.ts";
import { addressee } from "./templates/addressee.ts";

const payload = TypeCompiler.Compile(
  Type.Object({
    kind: Type.String(),
    to: Type.String(),
    useful_until: Type.Union([Type.String(), Type.Null()]),
    facts: Type.Record(Type.String(), Type.Unknown()),
  }),
);
const content = TypeCompiler.Compile(mailContentSchema);

/** Sends the mails that `queueMail` queued. A mail that the server rejects, or whose links have expired, is not tried again. */
export function createMailDelivery(platform: Platform): DeliverMessage {
  return async (message) => {
    const { to, mail } = readMail(message, platform.clock.now());
    const user = message.key === null ? null : await findReader(platform.db, message.key);
    // While the mail server was unavailable, the user may have been disabled, verified by an earlier mail, or deleted.
    if (user?.isDisabled === true) return;
    if (mail.kind === "verify-reminder" && user?.isToVerify !== true) return;
    const reader = addressee({
      serviceName: platform.settings.serviceName,
      name: user?.name ?? null,
      locale: user?.locale ?? null,
    });
    try {
      await platform.mailer.send({
        id: message.id,
        kind: mail.kind,
        to: { name: reader.name ?? "", address: to },
        ...renderContent(reader, mail),
      });
    } catch (error) {
      if (error instanceof MailRejectedError) throw new PermanentDeliveryError(error.message);
      throw error;
    }
  };
}

function readMail(message: OutboxMessage, now: Date): { to: string; mail: MailContent } {
  const queued = message.payload;
  if (!payload.Check(queued)) throw new PermanentDeliveryError("not a mail");
  if (queued.useful_until !== null && new Date(queued.useful_until) <= now) {
    throw new PermanentDeliveryError("its links have expired");
  }
  // Queued by a replica of a later version, which will deliver it.
  if (!mailKinds.has(queued.kind)) throw new Error("its kind is unknown to this version");
  const mail = { ...queued.facts, kind: queued.kind, secrets: message.secrets };
  if (!content.Check(mail)) throw new PermanentDeliveryError("its content cannot be read");
  return { to: queued.to, mail };
}

/** The user to whom a mail is sent, as they are now. */
interface Reader {
  readonly name: string | null;
  /** A language tag (BCP 47), or null if the user has none. */
  readonly locale: string | null;
  /** Whether the user is not deleted and still has to verify the address. */
  readonly isToVerify: boolean;
  /** Disabled users get no mail. */
  readonly isDisabled: boolean;
}

async function findReader(db: Db, userId: string): Promise<Reader | null> {
  const [user] = await db
    .select({
      name: users.name,
      locale: users.locale,
      emailVerifiedAt: users.emailVerifiedAt,
      deletedAt: users.deletedAt,
      disabledAt: users.disabledAt,
    })
    .from(users)
    .where(eq(users.id, userId));
  if (!user) return null;
  const { name, locale, emailVerifiedAt, deletedAt, disabledAt } = user;
  return {
    name,
    locale,
    isToVerify: emailVerifiedAt === null && deletedAt === null,
    isDisabled: disabledAt !== null,
  };
}
