import type { AppError } from "../../../kernel/errors.ts";
import type { Language } from "../../../kernel/language.ts";
import type { Settings } from "../../../platform/config/settings.ts";
import { passwordFaultsOf, passwordFaultText } from "../../passwords/index.ts";
import { alert, type Field, linkRow, paragraph, renderField, renderForm } from "../kit/forms.ts";
import { renderPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { returnField, withReturnTo } from "../kit/return-to.ts";
import { sharedTexts } from "../kit/shared-texts.ts";
import {
  passwordFaultTexts,
  passwordHint,
  type PasswordSettings,
} from "../links/password-texts.ts";
import { signInPath } from "../sign-in/paths.ts";
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

/** In the order of the page. */
const fieldNames = ["email", "username", "name", "password", "password_confirmation"] as const;

type FieldFaults = Partial<Record<FieldName, readonly string[]>>;
type FieldName = (typeof fieldNames)[number];

/** The page for signing up. */
export function signUpPage(reader: Reader, settings: SignUpSettings, form: SignUpForm): string {
  const { language } = reader;
  const texts = signUpTexts[language];
  const { returnTo, entered = {}, errors = [] } = form;
  const faults: FieldFaults = Object.fromEntries(
    errors.flatMap((error) => Object.entries(faultsOf(language, error))),
  );
  const firstFaulty = fieldNames.find((name) => (faults[name] ?? []).length > 0);
  const field = (name: FieldName, rest: Omit<Field, "name" | "faults">): string =>
    renderField({ ...rest, name, faults: faults[name] ?? [], followsFault: name !== firstFaulty });
  const typed = (name: FieldName) => ({ value: entered[name] ?? "" });
  const secret = { type: "password", autocomplete: "new-password" } as const;
  const fields = [
    returnField(returnTo),
    field("email", {
      label: sharedTexts[language].email,
      type: "email",
      autocomplete: "username",
      attributes: 'maxlength="254"',
      ...typed("email"),
    }),
    field("username", {
      label: texts.username,
      type: "text",
      autocomplete: "nickname",
      attributes: 'maxlength="64" autocapitalize="none" spellcheck="false"',
      isOptional: true,
      ...typed("username"),
    }),
    field("name", {
      label: texts.name,
      type: "text",
      autocomplete: "name",
      attributes: 'maxlength="200"',
      isOptional: true,
      ...typed("name"),
    }),
    field("password", { ...secret, label: texts.password, hint: passwordHint(language, settings) }),
    field("password_confirmation", { ...secret, label: texts.confirmation }),
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

/** What an error says about each field. */
function faultsOf(language: Language, error: AppError): FieldFaults {
  const texts = signUpTexts[language];
  switch (error.code) {
    case "INVALID_EMAIL":
      return { email: [sharedTexts[language].notAnAddress] };
    case "DUPLICATE_EMAIL":
      return { email: [texts.duplicateEmail] };
    case "REGISTRATION_CLOSED":
      return { email: [texts.domainRefused] };
    case "DUPLICATE_USERNAME":
      return { username: [texts.duplicateUsername] };
    case "PASSWORD_MISMATCH":
      return {
        password: weaknesses(language, error),
        password_confirmation: [passwordFaultTexts[language].mismatch],
      };
    case "WEAK_PASSWORD":
      return { password: weaknesses(language, error) };
    default:
      return invalidField(language, error);
  }
}

function weaknesses(language: Language, error: AppError): readonly string[] {
  return passwordFaultsOf(error).map((fault) =>
    passwordFaultText(passwordFaultTexts[language], fault),
  );
}

function invalidField(language: Language, { detail }: AppError) {
  const { usernameRefused, nameRefused, passwordMissing } = signUpTexts[language];
  switch (detail.faults?.[0]?.field) {
    case "username":
      return { username: [usernameRefused] };
    case "name":
      return { name: [nameRefused] };
    default:
      return { password: [passwordMissing] };
  }
}
