import { note, paragraph } from "./forms.ts";
import type { ErrorPageKind } from "./error-texts.ts";
import { errorTexts } from "./error-texts.ts";
import { renderPage } from "./layout.ts";
import type { Reader } from "./page-request.ts";
import { wayOn } from "./way-on.ts";

const kinds: Readonly<Record<number, ErrorPageKind>> = {
  401: "notAllowed",
  403: "notAllowed",
  404: "notFound",
  405: "notLikeThis",
  413: "tooLarge",
  429: "tooMany",
  500: "failed",
  503: "later",
};

/** The page for an error that no other page shows, by its status. An internal error has the id of the request. */
export function errorPage(
  reader: Reader,
  { status, requestId }: { readonly status: number; readonly requestId: string },
): string {
  const texts = errorTexts[reader.language];
  const { title, text } = texts[kinds[status] ?? "faulty"];
  return renderPage(reader, {
    title,
    body: [
      paragraph(text),
      wayOn(reader),
      ...(status === 500 ? [note(texts.requestId(requestId))] : []),
    ].join("\n"),
  });
}
