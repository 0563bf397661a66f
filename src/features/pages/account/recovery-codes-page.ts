import { link, paragraph } from "../kit/forms.ts";
import type { Page } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { accountPath } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";

/** The page with new recovery codes. They are not shown again. */
export function recoveryCodesPage(
  { language }: Reader,
  {
    at,
    title,
    codes,
  }: { readonly at: string; readonly title: string; readonly codes: readonly string[] },
): Page {
  const { codesText, codesOnce, kept } = accountTexts[language].secondFactor;
  const items = codes.map((code) => `<li>${Bun.escapeHTML(code)}</li>`).join("\n");
  return {
    title,
    body: [
      paragraph(codesText),
      `<ul class="codes">\n${items}\n</ul>`,
      paragraph(codesOnce),
      `<p>${link(at, `${accountPath}#second-factor`, kept)}</p>`,
    ].join("\n"),
  };
}
