import type { AppError } from "../../../kernel/errors.ts";
import { retryHeaders } from "../../../platform/http/limit-headers.ts";
import { type PageResponse, showPage } from "./layout.ts";
import type { Reader } from "./page-request.ts";
import { sharedTexts } from "./shared-texts.ts";

/** Whether the same request may succeed later. */
export function isForLater({ code }: AppError): boolean {
  return code === "RATE_LIMITED" || code === "OVERLOADED" || code === "UNAVAILABLE";
}

/** Shows the form again, with the reason why the request may succeed later (429 or 503, with `Retry-After`). */
export function showForLater(
  set: PageResponse,
  reader: Reader,
  error: AppError,
  formPage: (reason: string) => string,
): string {
  const { tooMany, unavailable } = sharedTexts[reader.language];
  const isLimited = error.code === "RATE_LIMITED";
  const page = showPage(
    set,
    reader,
    isLimited ? 429 : 503,
    formPage(isLimited ? tooMany : unavailable),
  );
  Object.assign(set.headers, { "retry-after": 1, ...retryHeaders(error) });
  return page;
}
