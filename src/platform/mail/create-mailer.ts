import type { Clock } from "../../kernel/clock.ts";
import { createFileMailer, type FileMailerOptions } from "./file.ts";
import { createNoMailer } from "./none.ts";
import type { Mailer } from "./port.ts";
import { createSmtpMailer, type SmtpOptions } from "./smtp.ts";

/** How mails are sent: by SMTP, as files, or not at all. */
export type MailerSettings =
  | ({ readonly transport: "smtp" } & SmtpOptions)
  | ({ readonly transport: "file" } & FileMailerOptions)
  | { readonly transport: "none" };

/** Creates the mailer of the settings. It opens no connection and no file before the first mail. */
export function createMailer(settings: MailerSettings, clock: Clock): Mailer {
  switch (settings.transport) {
    case "smtp":
      return createSmtpMailer(settings, clock);
    case "file":
      return createFileMailer(settings, clock);
    case "none":
      return createNoMailer();
  }
}
