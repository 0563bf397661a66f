import type { AppError } from "../../../kernel/errors.ts";
import type { Settings } from "../../../platform/config/settings.ts";
import { alert, linkRow, paragraph, renderForm } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { returnField, withReturnTo } from "../kit/return-to.ts";
import type { PasswordSettings } from "../links/password-texts.ts";
import { signInPath } from "../sign-in/paths.ts";
import { accountFieldNames, accountFields } from "./account-fields.ts";
import { signUpTexts } from "./sign-up-texts.ts";

/** The path of the page. */
export const signUpPath = "/sign-up";

/** The settings that decide what the page asks for. */
export type SignUpSettings = PasswordSettings &
  Pick<Settings, "passwordlessSignUp" | "registration">;

/** What the user entered, and what was wrong with it. */
export interface SignUpForm {
  readonly returnTo: string | null;
  readonly entered?: Readonly<Record<string, string>>;
  readonly errors?: readonly AppError[];
  /** Why the request may succeed later. */
  readonly alert?: string | null;
}

/** The page for signing up. */
export function signUpPage(reader: Reader, settings: SignUpSettings, form: SignUpForm): string {
  const { language } = reader;
  const texts = signUpTexts[language];
  const { returnTo, entered = {}, errors = [] } = form;
  const fields = [
    returnField(returnTo),
    ...accountFields(language, settings, { entered, errors }, accountFieldNames),
  ].filter((each) => each !== "");
  const withoutPassword = { to: signUpPath, text: texts.withoutPassword, name: "without_password" };
  return renderPage(reader, {
    title: texts.title,
    body: [
      ...(form.alert ? [alert(form.alert)] : []),
      renderForm({
        at: signUpPath,
        to: signUpPath,
        fields: fields.join("\n"),
        button: texts.button,
        others: settings.passwordlessSignUp && reader.sendsMail ? [withoutPassword] : [],
      }),
      signInLink(reader, returnTo),
    ].join("\n"),
  });
}

/** The page where no one may register. */
export function closedPage(
  reader: Reader,
  { registration }: Pick<Settings, "registration">,
  returnTo: string | null,
): string {
  const { closedTitle, closed, byInvitation } = signUpTexts[reader.language];
  const text = paragraph(registration === "invite" ? byInvitation : closed);
  return renderPage(reader, {
    title: closedTitle,
    body: `${text}\n${signInLink(reader, returnTo)}`,
  });
}

function signInLink({ language }: Reader, returnTo: string | null): string {
  const text = signUpTexts[language].signIn;
  return linkRow([{ at: signUpPath, to: withReturnTo(signInPath, returnTo), text }]);
}
