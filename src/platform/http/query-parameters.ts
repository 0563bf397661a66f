import { parseFormText } from "./form-body.ts";

/**
 * The parameters of a request's query (RFC 6749 Appendix B). A repeated parameter is rejected (§3.1), and one without a value
 * counts as omitted. Elysia's own parser keeps the last of several. Throws `VALIDATION_ERROR`.
 */
export function readQuery({ url }: Request): Record<string, string> {
  const start = url.indexOf("?");
  return start === -1 ? {} : parseFormText(url.slice(start + 1), "query");
}
