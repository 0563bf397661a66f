import { ProviderError } from "../provider.ts";

/** The members of a received JSON object, not validated. */
export type Members = Readonly<Record<string, unknown>>;

/** Whether a received value is an object. */
export function isMembers(value: unknown): value is Members {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The members of an object. Throws `ProviderError` `unavailable` for any other value. */
export function membersOf(value: unknown, reason: string): Members {
  if (isMembers(value)) return value;
  throw new ProviderError("unavailable", reason);
}

/** A received string, or null if it is empty, longer than `maximumLength`, or has control characters or half a character. */
export function textOf(value: unknown, maximumLength: number): string | null {
  if (typeof value !== "string" || value.length > maximumLength) return null;
  const text = value.trim();
  return text === "" || /\p{Cc}/u.test(value) || !text.isWellFormed() ? null : text;
}

/** An `https` URL, or null. */
export function httpsUrlOf(value: unknown): string | null {
  const text = textOf(value, 2048);
  return text !== null && URL.canParse(text) && new URL(text).protocol === "https:" ? text : null;
}
