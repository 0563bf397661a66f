import { Type } from "@sinclair/typebox";

import { defaultLanguage, findLanguage, type Language } from "../../../kernel/language.ts";
import { type Brand, brandOf, type BrandSettings } from "../../../platform/brand/brand.ts";
import type { Settings } from "../../../platform/config/settings.ts";

/** The language of a page, and how it presents the service. */
export interface Reader {
  readonly brand: Brand;
  readonly language: Language;
  /** Whether mails are sent, so that a page may promise one. */
  readonly sendsMail: boolean;
}

/** The settings on which every page depends. */
export type ReaderSettings = BrandSettings & Pick<Settings, "mailTransport">;

/** The reader of the page that a request is for. */
export function readerOf(request: Request, settings: ReaderSettings): Reader {
  return {
    brand: brandOf(settings),
    language: preferredLanguage(request.headers.get("accept-language")),
    sendsMail: settings.mailTransport !== "none",
  };
}

/**
 * The language of `Accept-Language` with the highest weight (RFC 9110 §12.5.4), the first of those with equal weight. The
 * default language if the header is missing, cannot be read or has none of ours.
 */
export function preferredLanguage(acceptLanguage: string | null): Language {
  let best = { language: defaultLanguage, weight: 0 };
  for (const range of (acceptLanguage ?? "").split(",")) {
    const [tag = "", ...parameters] = range.split(";").map((part) => part.trim().toLowerCase());
    const language = findLanguage(tag);
    const weight = Number(parameters.find((part) => part.startsWith("q="))?.slice(2) ?? "1");
    if (language !== null && weight > best.weight) best = { language, weight };
  }
  return best.language;
}

/** The query of a mailed link. Mail programs and trackers add their own parameters to it. */
export const linkQuery = Type.Object(
  { token: Type.Optional(Type.Unknown()), return_to: Type.Optional(Type.Unknown()) },
  { additionalProperties: true },
);

/** The token of a link, or null if a mail program removed or repeated it. */
export function tokenOf({ token }: { readonly token?: unknown }): string | null {
  return typeof token === "string" && token !== "" ? token : null;
}

/** The fields of a posted form. An empty field is left out. */
export const formBody = Type.Record(Type.String(), Type.String());
