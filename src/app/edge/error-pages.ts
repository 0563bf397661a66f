import { errorPage, pageHeaders, readerOf } from "../../features/pages/index.ts";
import type { Settings } from "../../platform/config/settings.ts";
import type { Exchange } from "../../platform/http/exchange.ts";
import { isPageNavigation } from "../../platform/http/navigation.ts";

/** The page of an error that a browser shows as a document, or null for a program, which gets JSON. */
export type FindErrorPage = (
  exchange: Exchange,
  status: number,
) => { readonly html: string; readonly headers: Readonly<Record<string, string>> } | null;

/** The error pages of the service with these settings. */
export function createErrorPages(settings: Settings): FindErrorPage {
  return ({ request, requestId }, status) => {
    if (!isPageNavigation(request)) return null;
    const reader = readerOf(request, settings);
    return { html: errorPage(reader, { status, requestId }), headers: pageHeaders(reader) };
  };
}
