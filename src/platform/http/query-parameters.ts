import { AppError } from "../../kernel/errors.ts";
import { parseFormText } from "./form-body.ts";

/**
 * The parameters of a request's query (RFC 6749 Appendix B). A repeated parameter is rejected (§3.1), and one without a value
 * counts as omitted. Elysia's own parser keeps the last of several. Throws `VALIDATION_ERROR`.
 */
export function readQuery({ url }: Request): Record<string, string> {
  const start = url.indexOf("?");
  return start === -1 ? {} : parseFormText(url.slice(start + 1), "query");
}

/** The name of a parameter that a response may repeat. */
const plainName = /^[A-Za-z_][\w.-]{0,63}$/;

/**
 * Throws `VALIDATION_ERROR` with the name of a parameter that the query has twice: of two values the framework's parser keeps
 * the last, and a proxy in front may have decided on the first.
 */
export function assertNoRepeatedParameter({ url }: Request): void {
  const start = url.indexOf("?");
  if (start === -1 || !url.includes("&", start)) return;
  const names = new Set<string>();
  for (const name of new URLSearchParams(url.slice(start)).keys()) {
    if (names.has(name)) throw repeated(plainName.test(name) ? name : "query");
    names.add(name);
  }
}

function repeated(field: string): AppError {
  const faults = [{ field, issue: "Must be given once." }];
  return new AppError("VALIDATION_ERROR", "The request is not valid.", { faults });
}
