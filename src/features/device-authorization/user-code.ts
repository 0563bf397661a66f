import type { Random } from "../../kernel/random.ts";

/** RFC 8628 §6.1: consonants, which form no words, in upper and lower case. */
const letters = "BCDFGHJKLMNPQRSTVWXZ";
const length = 8;

/** A new user code: one of 20 to the 8th. */
export function createUserCode(random: Random): string {
  return Array.from({ length }, () => letters[random.below(letters.length)] ?? "").join("");
}

/** The code that a user typed, with or without the hyphen and spaces; null for anything else. */
export function readUserCode(typed: string): string | null {
  const code = typed
    .normalize("NFKC")
    .toUpperCase()
    .replaceAll(/[^A-Z]/g, "");
  const isCode = code.length === length && [...code].every((letter) => letters.includes(letter));
  return isCode ? code : null;
}

/** A code as the device and the page show it. */
export function showUserCode(code: string): string {
  return `${code.slice(0, length / 2)}-${code.slice(length / 2)}`;
}
