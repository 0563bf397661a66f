import { Type } from "@sinclair/typebox";
import { TypeCompiler } from "@sinclair/typebox/compiler";

import { type DeliverMessage, PermanentDeliveryError } from "../../platform/outbox/port.ts";
import { MailRejectedError } from "../../platform/mail/port.ts";
import type { Platform } from "../../platform/platform.ts";
import { type MailContent, mailContentSchema } from "./mail-content.ts";
import { greetingName } from "./templates/greeting-name.ts";
import { renderVerifyEmail } from "./templates/verify-email.ts";

const payload = TypeCompiler.Compile(
  Type.Object({
    kind: Type.String(),
    locale: Type.String(),
    to: Type.String(),
    useful_until: Type.String(),
    facts: Type.Record(Type.String(), Type.Unknown()),
  }),
);
const content = TypeCompiler.Compile(mailContentSchema);

/** Sends what `queueMail` queued. What the server refuses for good, or came too late, is not tried again. */
export function createMailDelivery(platform: Platform): DeliverMessage {
  return async (message) => {
    const queued = message.payload;
    if (!payload.Check(queued)) throw new PermanentDeliveryError("not a mail");
    if (new Date(queued.useful_until) <= platform.clock.now()) {
      throw new PermanentDeliveryError("its links have expired");
    }
    const { kind, locale, facts } = queued;
    const mail = { ...facts, kind, locale, secrets: message.secrets };
    if (!content.Check(mail)) throw new PermanentDeliveryError("its content cannot be read");
    try {
      await platform.mailer.send({
        id: message.id,
        kind,
        to: { name: greetingName(mail.name) ?? "", address: queued.to },
        ...render(platform, mail),
      });
    } catch (error) {
      if (error instanceof MailRejectedError) throw new PermanentDeliveryError(error.message);
      throw error;
    }
  };
}

function render(platform: Platform, mail: MailContent) {
  const { secrets, ...facts } = mail;
  return renderVerifyEmail({
    serviceName: platform.settings.serviceName,
    ...facts,
    ...secrets,
  });
}
