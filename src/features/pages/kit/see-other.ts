import type { PageResponse } from "./layout.ts";

/** Sends the browser on by `GET`, after a form did its work (RFC 9110 §15.4.4): a reload then posts nothing again. */
export function seeOther(set: PageResponse, location: string): string {
  set.status = 303;
  Object.assign(set.headers, { location, "cache-control": "no-store" });
  return "";
}
