import { isCommonPassword } from "./blocklist.ts";

/** A kind of character that a password can be required to contain. */
export type CharacterClass = "upper" | "lower" | "digit" | "symbol";

/** The operator's rules. `minLength` counts Unicode code points. */
export interface PasswordRules {
  readonly minLength: number;
  readonly require: ReadonlySet<CharacterClass>;
}

/** What is known about the account, none of which may be its password. */
export interface PasswordContext {
  readonly serviceName: string;
  readonly username: string | null;
  readonly email: string;
}

/** The longest password in code points; far above what people use, and it bounds the work of hashing. */
export const PASSWORD_MAX_LENGTH = 256;

const PRODUCT_NAME = "gatehouse";
const SHORTEST_CONTEXT_WORD = 4;

const CLASS_FAULTS: readonly (readonly [CharacterClass, RegExp, string])[] = [
  ["upper", /\p{Lu}/u, "The password must contain an upper-case letter."],
  ["lower", /\p{Ll}/u, "The password must contain a lower-case letter."],
  ["digit", /\p{Nd}/u, "The password must contain a digit."],
  [
    "symbol",
    /[^\p{L}\p{Nd}]/u,
    "The password must contain a character that is neither a letter nor a digit.",
  ],
];

/** The form in which passwords are checked, hashed and compared: Unicode NFKC, nothing trimmed and no case folded (NIST SP 800-63B §3.1.1.2). */
export function normalizePassword(password: string): string {
  return password.normalize("NFKC");
}

/**
 * What is wrong with a new password, as sentences for the person who chose it; empty when nothing is. The password is
 * never repeated in them. Takes it as received or normalised, which makes no difference.
 */
export function passwordFaults(
  password: string,
  rules: PasswordRules,
  context: PasswordContext,
): string[] {
  // bcrypt takes "ab" and "ab\0ab" for the same password, and every lone surrogate for U+FFFD.
  if (!password.isWellFormed()) return ["The password contains a broken character."];
  if (/\p{Cc}/u.test(password)) return ["The password must not contain control characters."];

  const normalized = normalizePassword(password);
  const length = [...normalized].length;
  if (length > PASSWORD_MAX_LENGTH)
    return [`The password must have at most ${PASSWORD_MAX_LENGTH} characters.`];

  const faults: string[] = [];
  if (length < rules.minLength)
    faults.push(`The password must have at least ${rules.minLength} characters.`);
  for (const [characterClass, pattern, fault] of CLASS_FAULTS) {
    if (rules.require.has(characterClass) && !pattern.test(normalized)) faults.push(fault);
  }
  if (isCommonPassword(normalized))
    faults.push("The password is one of the most commonly used ones.");
  if (isContextWord(normalized, context)) {
    faults.push(
      "The password must not be the name of this service, the username or the e-mail address.",
    );
  }
  return faults;
}

/** Whether a text could be a password at all. What could not is never compared: bcrypt would take some of it for another. */
export function isPossiblePassword(password: string): boolean {
  return password.isWellFormed() && !/\p{Cc}/u.test(password);
}

/** Decorating such a word at its ends, as in `Gatehouse1!`, does not make it a better password. */
function isContextWord(password: string, context: PasswordContext): boolean {
  const folded = fold(password);
  const undecorated = [
    folded,
    folded.replaceAll(/^[^\p{L}\p{Nd}]+|[^\p{L}\p{Nd}]+$/gu, ""),
    folded.replaceAll(/^\P{L}+|\P{L}+$/gu, ""),
  ];
  return contextWords(context).some((word) => undecorated.includes(word));
}

function contextWords(context: PasswordContext): string[] {
  const localPart = context.email.replace(/@[^@]*$/, "");
  return [PRODUCT_NAME, context.serviceName, context.username ?? "", context.email, localPart]
    .map(fold)
    .filter((word) => [...word].length >= SHORTEST_CONTEXT_WORD);
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
