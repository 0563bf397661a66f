import { relativePath } from "../kit/forms.ts";
import type { PageResponse } from "../kit/layout.ts";

/**
 * Leads the browser from the page with the path `at` to another, by GET (RFC 9110 §15.4.4). The address is relative, so that it
 * works behind a proxy that adds a path prefix.
 */
export function seeOther(set: PageResponse, at: string, to: string): string {
  set.status = 303;
  set.headers["location"] = relativePath(at, to);
  set.headers["cache-control"] = "no-store";
  return "";
}
