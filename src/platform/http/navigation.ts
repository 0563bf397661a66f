import { requestPath } from "./exchange.ts";

/**
 * Whether a browser will show the response as a document (Fetch §2.2.5, mode `navigate`); a script or an image is no navigation.
 * Browsers that send no `Sec-Fetch-…`, as over plain http to other machines, accept HTML then, which programs do not ask for.
 */
export function isNavigation({ headers }: Pick<Request, "headers">): boolean {
  const mode = headers.get("sec-fetch-mode");
  if (mode !== null) return mode === "navigate";
  const isMarked = headers.has("sec-fetch-site") || headers.has("sec-fetch-dest");
  return !isMarked && /(?:^|[\s,])text\/html(?:$|[\s,;])/i.test(headers.get("accept") ?? "");
}

/** The paths of programs: their errors have one form for every client. */
const pathsOfPrograms = /^\/(?:api|oauth|\.well-known|health|metrics)(?:\/|$)/;

/** Whether a browser navigates to a page, or to a path that might be one. */
export function isPageNavigation(request: Request): boolean {
  return isNavigation(request) && !pathsOfPrograms.test(requestPath(request));
}
