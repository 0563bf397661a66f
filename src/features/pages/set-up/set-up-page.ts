import type { AppError } from "../../../kernel/errors.ts";
import { alert, paragraph, renderForm, tokenField } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { sharedTexts } from "../kit/shared-texts.ts";
import { wayOn } from "../kit/way-on.ts";
import type { PasswordSettings } from "../links/password-texts.ts";
import { accountFields } from "../sign-up/account-fields.ts";
import { setUpTexts } from "./set-up-texts.ts";

/** The path of the page that creates the first administrator. */
export const setUpPath = "/set-up";

/** The token of the link, what the user entered, and what was wrong with it. */
export interface SetUpForm {
  readonly token: string;
  readonly entered?: Readonly<Record<string, string>>;
  readonly errors?: readonly AppError[];
  /** Why the request may succeed later. */
  readonly alert?: string | null;
}

/** The page that creates the first administrator. */
export function setUpPage(reader: Reader, settings: PasswordSettings, form: SetUpForm): string {
  const { title, text, button } = setUpTexts[reader.language];
  const { token, entered = {}, errors = [] } = form;
  const names = ["email", "username", "password", "password_confirmation"] as const;
  const fields = [
    tokenField(token),
    ...accountFields(reader.language, settings, { entered, errors }, names),
  ];
  return renderPage(reader, {
    title,
    body: [
      ...(form.alert ? [alert(form.alert)] : []),
      paragraph(text),
      renderForm({ at: setUpPath, to: setUpPath, fields: fields.join("\n"), button }),
    ].join("\n"),
  });
}

/** The page for a link that does not work. */
export function setUpFailedPage(reader: Reader, fault: "invalid" | "expired"): string {
  const { linkExpired, linkInvalid } = sharedTexts[reader.language];
  const texts = setUpTexts[reader.language];
  return renderPage(reader, {
    title: fault === "expired" ? linkExpired : linkInvalid,
    body: `${paragraph(texts[fault])}\n${wayOn(reader)}`,
  });
}
