import type { Settings } from "../../platform/config/settings.ts";
import { preferredLanguage, type Reader } from "./language.ts";
import { pageHeaders } from "./layout.ts";

/** What an answer can be given besides its body. */
export interface Outgoing {
  status?: number | string;
  headers: Record<string, string | number | undefined>;
}

/** Who asks for a page. */
export function readerOf(request: Request, { serviceName }: Settings): Reader {
  return { serviceName, language: preferredLanguage(request.headers.get("accept-language")) };
}

/** Answers with a page. Nothing else may get its headers: an error that goes on to the error mapper is no HTML. */
export function showPage(set: Outgoing, status: number, html: string): string {
  set.status = status;
  Object.assign(set.headers, pageHeaders());
  if (status === 503) set.headers["retry-after"] = "1";
  return html;
}
