import type { Clock } from "../../kernel/clock.ts";
import { createFileMailer, type FileMailerOptions } from "./file.ts";
import { createNoMailer } from "./none.ts";
import type { Mailer } from "./port.ts";
import { createSmtpMailer, type SmtpOptions } from "./smtp.ts";

/** How mails leave: by SMTP, into files, or not at all. */
export type MailerSettings =
  | ({ readonly transport: "smtp" } & SmtpOptions)
  | ({ readonly transport: "file" } & FileMailerOptions)
  | { readonly transport: "none" };

/** The mailer that the settings ask for. Opens no connection and touches no file before the first mail. */
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
