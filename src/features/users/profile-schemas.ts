import { FormatRegistry, Type } from "@sinclair/typebox";

import { isStorableText } from "../../platform/http/text-schema.ts";

/** An http or https URL that can be shown to other users: no other scheme, and no user name or password in it. */
FormatRegistry.Set("http-url", (value) => {
  const isPlain = isStorableText(value) && /^https?:\/\/[^\s\\]+$/i.test(value);
  if (!isPlain || !URL.canParse(value)) return false;
  const { username, password } = new URL(value);
  return username === "" && password === "";
});

/** A language tag (RFC 5646), such as `de` or `pt-BR`. */
FormatRegistry.Set("language-tag", (value) => findLanguageTag(value) !== null);

/** A language tag in its canonical form (`pt-BR` for `pt-br`), or null for a string that is none. */
export function findLanguageTag(text: string): string | null {
  try {
    return Intl.getCanonicalLocales(text)[0] ?? null;
  } catch {
    return null;
  }
}

/** A telephone number, stored as it was received: it is for people to read. */
export const phoneSchema = Type.String({
  description: "Telephone number: digits, spaces and `+ ( ) . - /`.",
  minLength: 3,
  maxLength: 32,
  pattern: "^\\+?[0-9 ().\\/-]*[0-9][0-9 ().\\/-]*$",
  examples: ["+44 20 7946 0958"],
});

/** The address of a picture of the user. The service never fetches it. */
export const avatarUrlSchema = Type.String({
  description: "An http or https URL of a picture, without user and password.",
  maxLength: 2048,
  format: "http-url",
  examples: ["https://example.com/ada.png"],
});

/** The language that the user reads. */
export const localeSchema = Type.String({
  description: "Language tag (BCP 47): e-mails are written in it if there is a translation.",
  minLength: 2,
  maxLength: 35,
  format: "language-tag",
  examples: ["en-GB"],
});
