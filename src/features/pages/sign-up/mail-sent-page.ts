import { signedUpPage } from "../kit/no-mail.ts";
import type { Reader } from "../kit/page-request.ts";
import { sharedTexts } from "../kit/shared-texts.ts";
import type { SentMail } from "../links/new-mail.ts";
import { verifyCodePage } from "../links/verify-code.ts";
import { verifyCodeTexts } from "../links/verify-code-texts.ts";
import { signUpPath } from "./sign-up-page.ts";

/** The page after a sign-up, which is the same whether the address was free or taken, where accounts are concealed. */
export function mailSentPage(reader: Reader, sent: SentMail): string {
  if (!reader.sendsMail) return signedUpPage(reader);
  const { mailbox: title } = sharedTexts[reader.language];
  const { signedUp: text } = verifyCodeTexts[reader.language];
  return verifyCodePage(reader, { at: signUpPath, title, text, ...sent });
}
