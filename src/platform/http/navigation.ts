import { requestPath } from "./exchange.ts";

/**
 * Whether a browser will show the response as a document (Fetch §2.2.5, mode `navigate`). Browsers leave `Sec-Fetch-Mode` out over
 * plain http to other machines; they then accept HTML, which programs do not ask for.
 */
export function isNavigation({ headers }: Request): boolean {
  const mode = headers.get("sec-fetch-mode");
  if (mode !== null) return mode === "navigate";
  return headers.get("accept")?.includes("text/html") === true;
}

/** The paths of programs: their errors have one form for every client. */
const pathsOfPrograms = /^\/(?:api|oauth|\.well-known|health|metrics)(?:\/|$)/;

/** Whether a browser navigates to a page, or to a path that might be one. */
export function isPageNavigation(request: Request): boolean {
  return isNavigation(request) && !pathsOfPrograms.test(requestPath(request));
}
