import type { AppError, ErrorCode } from "../../../kernel/errors.ts";
import type { InEveryLanguage, Language } from "../../../kernel/language.ts";
import type { ResponseHeaders } from "../../../platform/http/exchange.ts";
import type { Context } from "../../../platform/platform.ts";
import { alert, note, paragraph, renderForm, tokenField } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import { mailForm } from "./new-mail.ts";
import type { Reader } from "../kit/page-request.ts";
import { sharedTexts } from "../kit/shared-texts.ts";

/** The texts of a link page in one language. All of them are plain text. */
export interface LinkPageTexts {
  readonly title: string;
  readonly text?: string;
  readonly button: string;
  readonly note?: string;
  readonly doneTitle: string;
  readonly doneText: string;
  /** What to do if the link is unknown or used. */
  readonly invalid: string;
  readonly expired: string;
  /** For a page that expects `CONFLICT`. */
  readonly conflict?: { readonly title: string; readonly text: string };
}

/** A posted form of a link page. */
export interface Submission {
  readonly ctx: Context;
  readonly reader: Reader;
  readonly form: Readonly<Record<string, string>>;
  /** The headers of the response. */
  readonly headers: ResponseHeaders;
}

/** A page behind a mailed link: `GET` shows a form with the token of the link, `POST` uses the token. */
export interface LinkPage<Path extends string = string> {
  readonly path: Path;
  readonly texts: InEveryLanguage<LinkPageTexts>;
  /** Uses the token. Returns the HTML below the title of the last page, or null for `doneText`. */
  confirm(submission: Submission): Promise<string | null>;
  /** Whether a used token did its work. The page then shows success again, after a double click or a reload. */
  isConfirmed?(ctx: Context, token: string): Promise<boolean>;
  /** The codes of errors that the page shows besides those of the token. */
  readonly expectedErrors?: readonly ErrorCode[];
  /** The fields of the form besides the token, with the faults of the last attempt, as HTML. */
  fields?(language: Language, error: AppError | null): string;
  /** The page for a link that works in another browser alone (`FORBIDDEN`). Without it, links work in every browser. */
  otherBrowserPage?(reader: Reader): string;
  /** The page for a sign-in that lacks the second factor (`MFA_REQUIRED`). */
  secondFactorPage?(reader: Reader, error: AppError): string;
  /** The path that the form for a new mail posts to. Without it there is no such form. */
  readonly newMailPath?: string;
  /** The page that is shown without a token. Without it, the link is invalid. */
  startPage?(reader: Reader): string;
}

/** The form with the token, as it was received. */
export interface ConfirmForm {
  readonly token: string;
  /** Why the form is shown again. */
  readonly alert?: string;
  readonly error?: AppError;
}

/** The page with the form. */
export function confirmPage(page: LinkPage, reader: Reader, form: ConfirmForm): string {
  const { path } = page;
  const texts = page.texts[reader.language];
  const fields = [
    tokenField(form.token),
    ...(page.fields ? [page.fields(reader.language, form.error ?? null)] : []),
  ].join("\n");
  return renderPage(reader, {
    title: texts.title,
    body: [
      ...(form.alert === undefined ? [] : [alert(form.alert)]),
      ...(texts.text === undefined ? [] : [paragraph(texts.text)]),
      renderForm({ at: path, to: path, fields, button: texts.button }),
      ...(texts.note === undefined ? [] : [note(texts.note)]),
    ].join("\n"),
  });
}

/** The page after the token was used, with `body` as HTML. */
export function donePage(
  page: Pick<LinkPage, "texts">,
  reader: Reader,
  body: string | null = null,
): string {
  const { doneTitle, doneText } = page.texts[reader.language];
  return renderPage(reader, { title: doneTitle, body: body ?? paragraph(doneText) });
}

/** The page for a link that does not work, with a form for a new mail if there is one. */
export function failedPage(
  page: LinkPage,
  reader: Reader,
  fault: "invalid" | "expired" | "conflict",
): string {
  const texts = page.texts[reader.language];
  const { linkExpired, linkInvalid } = sharedTexts[reader.language];
  if (fault === "conflict" && texts.conflict) {
    const { title, text } = texts.conflict;
    return renderPage(reader, { title, body: paragraph(text) });
  }
  const isExpired = fault === "expired";
  const { path: at, newMailPath: to } = page;
  return renderPage(reader, {
    title: isExpired ? linkExpired : linkInvalid,
    body: [
      paragraph(isExpired ? texts.expired : texts.invalid),
      ...(to === undefined ? [] : [mailForm(reader, { at, to })]),
    ].join("\n"),
  });
}
