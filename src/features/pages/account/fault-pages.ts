import { alert, link, paragraph } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { type AccountForm, accountPath, type ShownForm } from "./account-form.ts";
import { accountTexts } from "./account-texts.ts";

/** The page with a form alone. `reason` says why the same request may succeed later. */
export function formPage(
  shown: ShownForm,
  form: AccountForm,
  { title, reason }: { readonly title: string; readonly reason?: string },
): string {
  const { reader, at } = shown;
  return renderPage(reader, {
    title,
    body: [
      ...(reason === undefined ? [] : [alert(reason)]),
      focusFirst(form.render(shown)),
      backLink(reader, at, form.section),
    ].join("\n"),
  });
}

/** Of several fields with faults, the first gets the focus. */
function focusFirst(html: string): string {
  const [before = "", ...others] = html.split(focus);
  return others.length === 0 ? html : `${before}${focus}${others.join(withoutFocus)}`;
}

const withoutFocus = 'aria-invalid="true"';
const focus = `${withoutFocus} autofocus`;

/** The page for an entry that the user does not have, such as another user's. */
export function notFoundPage(reader: Reader, at: string): string {
  const { missing, missingText } = accountTexts[reader.language];
  const body = `${paragraph(missingText)}\n${backLink(reader, at)}`;
  return renderPage(reader, { title: missing, body });
}

/** The page while the account cannot be read. */
export function unavailablePage(reader: Reader, at: string, reason: string): string {
  const { title } = accountTexts[reader.language];
  return renderPage(reader, { title, body: `${alert(reason)}\n${backLink(reader, at)}` });
}

/** The link back to the account page. */
export function backLink({ language }: Reader, at: string, section?: string): string {
  const to = section === undefined ? accountPath : `${accountPath}#${section}`;
  return `<p class="links">${link(at, to, accountTexts[language].back)}</p>`;
}
