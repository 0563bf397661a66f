import type { AppError } from "../../../kernel/errors.ts";
import { errorStatus } from "../../../platform/http/error-status.ts";
import { retryHeaders } from "../../../platform/http/limit-headers.ts";
import { type PageResponse, showPage } from "./layout.ts";
import type { Reader } from "./page-request.ts";
import { sharedTexts } from "./shared-texts.ts";

/** Whether the same request may succeed later. */
export function isForLater({ code }: AppError): boolean {
  return code === "RATE_LIMITED" || code === "OVERLOADED" || code === "UNAVAILABLE";
}

/** Why it may succeed later, in the language of the reader. */
export function laterReason({ language }: Reader, { code }: AppError): string {
  const { tooMany, unavailable } = sharedTexts[language];
  return code === "RATE_LIMITED" ? tooMany : unavailable;
}

/** The headers that say when it may succeed. */
export function retryAfter(error: AppError): Record<string, string | number | undefined> {
  return { "retry-after": 1, ...retryHeaders(error) };
}

/** Shows the form again, with the reason why the request may succeed later (429 or 503, with `Retry-After`). */
export function showForLater(
  set: PageResponse,
  reader: Reader,
  error: AppError,
  formPage: (reason: string) => string,
): string {
  const html = formPage(laterReason(reader, error));
  const page = showPage(set, reader, errorStatus[error.code], html);
  Object.assign(set.headers, retryAfter(error));
  return page;
}
