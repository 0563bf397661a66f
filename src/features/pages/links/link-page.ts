import type { AppError, ErrorCode } from "../../../kernel/errors.ts";
import type { InEveryLanguage, Language } from "../../../kernel/language.ts";
import type { Context } from "../../../platform/platform.ts";
import { alert, note, paragraph, renderForm, tokenField } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import { mailForm } from "./new-mail.ts";
import type { Reader } from "../kit/page-request.ts";
import { sharedTexts } from "../kit/shared-texts.ts";
import { wayOn } from "../kit/way-on.ts";

/** The texts of what a link shows, in one language. All of them are plain text. */
export interface LinkTexts {
  readonly title: string;
  readonly text?: string;
  readonly button: string;
  readonly note?: string;
  /** What to do if the link is unknown or used. */
  readonly invalid: string;
  readonly expired: string;
  /** For a page that expects `CONFLICT`. */
  readonly conflict?: { readonly title: string; readonly text: string };
}

/** The texts of a link page in one language. */
export interface LinkPageTexts extends LinkTexts {
  readonly doneTitle: string;
  readonly doneText: string;
}

/** A posted form of a link page. */
export interface Submission {
  readonly ctx: Context;
  readonly form: Readonly<Record<string, string>>;
}

/** What a page behind a mailed link shows. */
export interface ShownLink<Path extends string = string> {
  readonly path: Path;
  readonly texts: InEveryLanguage<LinkTexts>;
  /** The fields of the form besides the token, with the faults of the last attempt, as HTML. */
  fields?(language: Language, error: AppError | null): string;
  /** The path that the form for a new mail posts to. Without it there is no such form. */
  readonly newMailPath?: string;
  /** The page that is shown without a token. Without it, the link is invalid. */
  startPage?(reader: Reader, returnTo: string | null): string;
}

/** A page behind a mailed link: `GET` shows a form with the token of the link, `POST` uses the token. */
export interface LinkPage<Path extends string = string> extends ShownLink<Path> {
  readonly texts: InEveryLanguage<LinkPageTexts>;
  /** Uses the token. */
  confirm(submission: Submission): Promise<unknown>;
  /** Whether a used token did its work. The page then shows success again, after a double click or a reload. */
  isConfirmed?(ctx: Context, token: string): Promise<boolean>;
  /** The codes of errors that the page shows besides those of the token. */
  readonly expectedErrors?: readonly ErrorCode[];
}

/** The form with the token, as it was received. */
export interface ConfirmForm {
  readonly token: string;
  /** Why the form is shown again. */
  readonly alert?: string;
  readonly error?: AppError;
}

/** The page with the form. */
export function confirmPage(page: ShownLink, reader: Reader, form: ConfirmForm): string {
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

/** The page after the token was used. */
export function donePage(page: Pick<LinkPage, "texts">, reader: Reader): string {
  const { doneTitle, doneText } = page.texts[reader.language];
  return renderPage(reader, {
    title: doneTitle,
    body: `${paragraph(doneText)}\n${wayOn(reader)}`,
  });
}

/** The page for a link that does not work, with a form for a new mail if there is one. */
export function failedPage(
  page: ShownLink,
  reader: Reader,
  fault: "invalid" | "expired" | "conflict",
): string {
  const texts = page.texts[reader.language];
  const { linkExpired, linkInvalid } = sharedTexts[reader.language];
  if (fault === "conflict" && texts.conflict) {
    const { title, text } = texts.conflict;
    return renderPage(reader, { title, body: `${paragraph(text)}\n${wayOn(reader)}` });
  }
  const isExpired = fault === "expired";
  const { path: at, newMailPath: to } = page;
  return renderPage(reader, {
    title: isExpired ? linkExpired : linkInvalid,
    body: [
      paragraph(isExpired ? texts.expired : texts.invalid),
      to === undefined || !reader.sendsMail ? wayOn(reader) : mailForm(reader, { at, to }),
    ].join("\n"),
  });
}
