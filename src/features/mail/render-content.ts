import type { MailContent } from "./mail-content.ts";
import { renderAccountExists } from "./templates/account-exists.ts";
import type { Addressee } from "./templates/addressee.ts";
import { renderChangeEmail } from "./templates/change-email.ts";
import { renderEmailChanged } from "./templates/email-changed.ts";
import type { RenderedMail } from "./templates/layout.ts";
import { renderMagicLink } from "./templates/magic-link.ts";
import { renderNewSignIn } from "./templates/new-sign-in.ts";
import { renderPasswordChanged } from "./templates/password-changed.ts";
import { renderResetPassword } from "./templates/reset-password.ts";
import { renderVerifyEmail } from "./templates/verify-email.ts";
import { renderVerifyReminder } from "./templates/verify-reminder.ts";

/** The mail of this content for this reader, by the one template of its kind. */
export function renderContent(reader: Addressee, content: MailContent): RenderedMail {
  switch (content.kind) {
    case "verify-email":
      return renderVerifyEmail(reader, content);
    case "verify-reminder":
      return renderVerifyReminder(reader, content);
    case "magic-link":
      return renderMagicLink(reader, content);
    case "reset-password":
      return renderResetPassword(reader, content);
    case "change-email":
      return renderChangeEmail(reader, content);
    case "email-changed":
      return renderEmailChanged(reader, content);
    case "password-changed":
      return renderPasswordChanged(reader, content);
    case "new-sign-in":
      return renderNewSignIn(reader, content);
    case "account-exists":
      return renderAccountExists(reader);
  }
}
