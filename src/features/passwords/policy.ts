import { isCommonPassword } from "./blocklist.ts";

/** A kind of character that a password can be required to contain. */
export type CharacterClass = "upper" | "lower" | "digit" | "symbol";

/** The operator's rules. `minLength` counts Unicode code points. */
export interface PasswordRules {
  readonly minLength: number;
  readonly require: ReadonlySet<CharacterClass>;
}

/** The words of the account and the service that must not be the password. */
export interface PasswordContext {
  readonly serviceNames: readonly string[];
  readonly username: string | null;
  readonly email: string;
}

/** What is wrong with a new password, as a code. `length` is the limit in code points. */
export type PasswordFault =
  | { readonly code: "too_short" | "too_long"; readonly length: number }
  | {
      readonly code:
        | "invalid_character"
        | "control_character"
        | `missing_${CharacterClass}`
        | "blocklisted"
        | "breached"
        | "context_word";
    };

/** The longest password in code points. It bounds the work of hashing. */
export const PASSWORD_MAX_LENGTH = 256;

const PRODUCT_NAME = "gatehouse";
const SHORTEST_CONTEXT_WORD = 4;

const CLASS_PATTERNS: readonly (readonly [CharacterClass, RegExp])[] = [
  ["upper", /\p{Lu}/u],
  ["lower", /\p{Ll}/u],
  ["digit", /\p{Nd}/u],
  ["symbol", /[^\p{L}\p{Nd}]/u],
];

/** The form in which passwords are checked, hashed and compared: Unicode NFKC, not trimmed, in its own case (NIST SP 800-63B §3.1.1.2). */
export function normalizePassword(password: string): string {
  return password.normalize("NFKC");
}

/** All faults of a new password, or none. It may be normalised already. A fault never contains the password. */
export function findPasswordFaults(
  password: string,
  rules: PasswordRules,
  context: PasswordContext,
): PasswordFault[] {
  // bcrypt takes "ab" and "ab\0ab" for the same password, and every lone surrogate for U+FFFD.
  if (!password.isWellFormed()) return [{ code: "invalid_character" }];
  if (/\p{Cc}/u.test(password)) return [{ code: "control_character" }];

  const normalized = normalizePassword(password);
  const length = [...normalized].length;
  if (length > PASSWORD_MAX_LENGTH) return [{ code: "too_long", length: PASSWORD_MAX_LENGTH }];

  const faults: PasswordFault[] = [];
  if (length < rules.minLength) faults.push({ code: "too_short", length: rules.minLength });
  for (const [characterClass, pattern] of CLASS_PATTERNS) {
    if (rules.require.has(characterClass) && !pattern.test(normalized)) {
      faults.push({ code: `missing_${characterClass}` });
    }
  }
  if (isCommonPassword(normalized)) faults.push({ code: "blocklisted" });
  if (isContextWord(normalized, context)) faults.push({ code: "context_word" });
  return faults;
}

/** Whether a string can be a password. Any other string is never compared, because bcrypt takes some of them for another password. */
export function isPossiblePassword(password: string): boolean {
  return password.isWellFormed() && !/\p{Cc}/u.test(password);
}

/** Digits and symbols around such a word, as in `Gatehouse1!`, do not make it a better password. */
function isContextWord(password: string, context: PasswordContext): boolean {
  const folded = fold(password);
  const stripped = [
    folded,
    folded.replaceAll(/^[^\p{L}\p{Nd}]+|[^\p{L}\p{Nd}]+$/gu, ""),
    folded.replaceAll(/^\P{L}+|\P{L}+$/gu, ""),
  ];
  return contextWords(context).some((word) => stripped.includes(word));
}

function contextWords(context: PasswordContext): string[] {
  const localPart = context.email.replace(/@[^@]*$/, "");
  return [PRODUCT_NAME, ...context.serviceNames, context.username ?? "", context.email, localPart]
    .map(fold)
    .filter((word) => [...word].length >= SHORTEST_CONTEXT_WORD);
}

function fold(text: string): string {
  return text.normalize("NFKC").toLowerCase();
}
