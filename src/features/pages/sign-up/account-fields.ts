import type { AppError } from "../../../kernel/errors.ts";
import type { Language } from "../../../kernel/language.ts";
import { passwordFaultsOf, passwordFaultText } from "../../passwords/index.ts";
import { type Field, renderField } from "../kit/forms.ts";
import { sharedTexts } from "../kit/shared-texts.ts";
import {
  passwordFaultTexts,
  passwordHint,
  type PasswordSettings,
} from "../links/password-texts.ts";
import { signUpTexts } from "./sign-up-texts.ts";

/** The fields of a form for a new account, in their order. */
export const accountFieldNames = [
  "email",
  "username",
  "name",
  "password",
  "password_confirmation",
] as const;

type FieldName = (typeof accountFieldNames)[number];
type FieldFaults = Partial<Record<FieldName, readonly string[]>>;

/** What the user entered, and what was wrong with it. */
export interface EnteredAccount {
  readonly entered: Readonly<Record<string, string>>;
  readonly errors: readonly AppError[];
}

/** Those of the fields that are named, as HTML, with what was wrong with each. */
export function accountFields(
  language: Language,
  settings: PasswordSettings,
  { entered, errors }: EnteredAccount,
  names: readonly FieldName[],
): readonly string[] {
  const texts = signUpTexts[language];
  const faults: FieldFaults = Object.fromEntries(
    errors.flatMap((error) => Object.entries(faultsOf(language, error))),
  );
  const firstFaulty = names.find((name) => (faults[name] ?? []).length > 0);
  const typed = (name: FieldName) => ({ value: entered[name] ?? "" });
  const secret = { type: "password", autocomplete: "new-password" } as const;
  const fields: Readonly<Record<FieldName, Omit<Field, "name" | "faults">>> = {
    email: {
      label: sharedTexts[language].email,
      type: "email",
      autocomplete: "username",
      attributes: 'maxlength="254"',
      ...typed("email"),
    },
    username: {
      label: texts.username,
      type: "text",
      autocomplete: "nickname",
      attributes: 'maxlength="64" autocapitalize="none" spellcheck="false"',
      isOptional: true,
      ...typed("username"),
    },
    name: {
      label: texts.name,
      type: "text",
      autocomplete: "name",
      attributes: 'maxlength="200"',
      isOptional: true,
      ...typed("name"),
    },
    password: { ...secret, label: texts.password, hint: passwordHint(language, settings) },
    password_confirmation: { ...secret, label: texts.confirmation },
  };
  return names.map((name) =>
    renderField({
      ...fields[name],
      name,
      faults: faults[name] ?? [],
      followsFault: name !== firstFaulty,
    }),
  );
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
