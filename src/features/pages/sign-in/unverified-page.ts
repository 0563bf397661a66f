import { noMailPage } from "../kit/no-mail.ts";
import type { Reader } from "../kit/page-request.ts";
import { verifyCodePage } from "../links/verify-code.ts";
import { verifyCodeTexts } from "../links/verify-code-texts.ts";

/** The page for a user whose password was right and whose address is not verified: a code, or a new mail. */
export function unverifiedPage(
  reader: Reader,
  form: { readonly at: string; readonly returnTo: string | null; readonly email: string },
): string {
  if (!reader.sendsMail) return noMailPage(reader);
  const { unverifiedTitle: title, unverified: text } = verifyCodeTexts[reader.language];
  return verifyCodePage(reader, { ...form, title, text });
}
