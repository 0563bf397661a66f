import type { MailContent } from "./mail-content.ts";
import { accountExistsTexts } from "./templates/account-exists.ts";
import { accountLockedTexts } from "./templates/account-locked.ts";
import { changeEmailTexts } from "./templates/change-email.ts";
import { emailChangedTexts } from "./templates/email-changed.ts";
import type { RenderedMail } from "./templates/layout.ts";
import { renderCodeMail, renderLinkMail } from "./templates/link-mail.ts";
import { magicLinkTexts } from "./templates/magic-link.ts";
import { mfaChangedTexts } from "./templates/mfa-changed.ts";
import { newSignInTexts } from "./templates/new-sign-in.ts";
import { renderNotice } from "./templates/notice.ts";
import { occasionLines } from "./templates/occasion.ts";
import { passwordChangedTexts } from "./templates/password-changed.ts";
import type { Recipient } from "./templates/recipient.ts";
import { invitationTexts, resetPasswordTexts } from "./templates/reset-password.ts";
import { verifyEmailTexts, verifyReminderTexts } from "./templates/verify-email.ts";

/** The mail with this content in the recipient's language. */
export function renderContent(recipient: Recipient, content: MailContent): RenderedMail {
  const { language } = recipient;
  switch (content.kind) {
    case "verify-email":
      return renderCodeMail(recipient, content, verifyEmailTexts[language]);
    case "verify-reminder":
      return renderCodeMail(recipient, content, verifyReminderTexts[language]);
    case "magic-link":
      return renderCodeMail(recipient, content, magicLinkTexts[language]);
    case "reset-password": {
      const texts = content.isInvitation ? invitationTexts : resetPasswordTexts;
      return renderLinkMail(recipient, content, texts[language]);
    }
    case "change-email":
      return renderLinkMail(recipient, content, changeEmailTexts[language]);
    case "email-changed": {
      const texts = emailChangedTexts[language];
      return renderNotice(recipient, texts[content.stage], {
        facts: [texts.newAddress(content.newEmail)],
        isWithoutReset: content.stage === "changed",
      });
    }
    case "password-changed": {
      const facts = occasionLines(content, language);
      return renderNotice(recipient, passwordChangedTexts[language], { facts });
    }
    case "mfa-changed": {
      const texts = mfaChangedTexts[language][content.change];
      return renderNotice(recipient, texts, { facts: occasionLines(content, language) });
    }
    case "new-sign-in":
      return renderNotice(recipient, newSignInTexts[language], {
        facts: occasionLines(content, language),
      });
    case "account-locked":
      return renderNotice(recipient, accountLockedTexts[language], {
        facts: occasionLines(content, language),
      });
    case "account-exists":
      return renderNotice(recipient, accountExistsTexts[language]);
  }
}
