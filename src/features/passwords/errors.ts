import { AppError } from "../../kernel/errors.ts";
import type { PasswordFault } from "./policy.ts";

type LengthCode = Extract<PasswordFault, { readonly length: number }>["code"];

/** A sentence for every password fault, in one language. */
export type PasswordFaultTexts = Readonly<
  Record<LengthCode, (length: number) => string> &
    Record<Exclude<PasswordFault["code"], LengthCode>, string>
>;

/** The sentences in English, as the API sends them. */
export const englishFaultTexts: PasswordFaultTexts = {
  invalid_character: "The password contains an invalid character.",
  control_character: "The password must not contain control characters.",
  too_long: (length) => `The password must have at most ${length} characters.`,
  too_short: (length) => `The password must have at least ${length} characters.`,
  missing_upper: "The password must contain an upper-case letter.",
  missing_lower: "The password must contain a lower-case letter.",
  missing_digit: "The password must contain a digit.",
  missing_symbol: "The password must contain a character that is neither a letter nor a digit.",
  blocklisted: "The password is one of the most common passwords.",
  breached: "The password is on a list of passwords that were stolen from other services.",
  context_word:
    "The password must not be the name of this service, the username or the e-mail address.",
};

/** The sentence for a fault. */
export function passwordFaultText(texts: PasswordFaultTexts, fault: PasswordFault): string {
  return "length" in fault ? texts[fault.code](fault.length) : texts[fault.code];
}

/** `WEAK_PASSWORD`. The API sends its faults as English sentences; a page words `passwordFaults` in its own language. */
export class WeakPasswordError extends AppError {
  readonly passwordFaults: readonly PasswordFault[];

  constructor(field: string, passwordFaults: readonly PasswordFault[]) {
    super("WEAK_PASSWORD", "The password does not meet the requirements.", {
      faults: passwordFaults.map((fault) => ({
        field,
        issue: passwordFaultText(englishFaultTexts, fault),
      })),
    });
    this.name = "WeakPasswordError";
    this.passwordFaults = passwordFaults;
  }
}

/** `PASSWORD_MISMATCH`. The API sends nothing else; a page also words the faults of a password that the policy refuses. */
export class PasswordMismatchError extends AppError {
  readonly passwordFaults: readonly PasswordFault[];

  constructor(field: string, passwordFaults: readonly PasswordFault[]) {
    const mismatch = { field: `${field}_confirmation`, issue: "Passwords do not match." };
    super("PASSWORD_MISMATCH", "The password confirmation does not match.", {
      faults: [mismatch],
    });
    this.name = "PasswordMismatchError";
    this.passwordFaults = passwordFaults;
  }
}

/** What an error says about the strength of a new password; nothing for other errors. */
export function passwordFaultsOf(error: AppError | null): readonly PasswordFault[] {
  const isOfPassword = error instanceof WeakPasswordError || error instanceof PasswordMismatchError;
  return isOfPassword ? error.passwordFaults : [];
}
