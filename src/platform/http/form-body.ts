import { AppError } from "../../kernel/errors.ts";

/**
 * Parses the `application/x-www-form-urlencoded` text (RFC 6749 Appendix B) of a body or a query. A repeated parameter is
 * rejected (RFC 6749 §3.2), and one without a value counts as omitted. Throws `VALIDATION_ERROR`.
 */
export function parseFormText(text: string, field: "body" | "query"): Record<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.includes("=") ? part.indexOf("=") : part.length;
    const name = decode(part.slice(0, equals), field);
    if (fields.has(name)) throw malformed(field, "A parameter is given twice.");
    fields.set(name, decode(part.slice(equals + 1), field));
  }
  return Object.fromEntries([...fields].filter(([, value]) => value !== ""));
}

/**
 * Throws for invalid UTF-8. `URLSearchParams` would replace all of it by the same character, and make different values equal.
 * A text without an escape is its own value: to decode a token takes longer than the lookup of it in the token cache.
 */
function decode(text: string, field: string): string {
  if (!text.includes("%") && !text.includes("+")) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw malformed(field, `The ${field} is not valid UTF-8, percent-encoded.`);
  }
}

function malformed(field: string, message: string): AppError {
  return new AppError("VALIDATION_ERROR", message, { faults: [{ field, issue: message }] });
}
