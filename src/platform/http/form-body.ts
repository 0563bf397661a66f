import { AppError } from "../../kernel/errors.ts";

/**
 * Parses an `application/x-www-form-urlencoded` body (RFC 6749 Appendix B). A repeated parameter is rejected
 * (RFC 6749 §3.2), and one without a value counts as omitted. Throws `VALIDATION_ERROR`.
 */
export function parseFormBody(text: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split("&")) {
    if (part === "") continue;
    const equals = part.includes("=") ? part.indexOf("=") : part.length;
    const name = decode(part.slice(0, equals));
    if (fields.has(name)) throw malformed("A parameter is given twice.");
    fields.set(name, decode(part.slice(equals + 1)));
  }
  return Object.fromEntries([...fields].filter(([, value]) => value !== ""));
}

/** Throws for invalid UTF-8. `URLSearchParams` would replace all of it by the same character, and make different values equal. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    throw malformed("The body is not valid UTF-8, percent-encoded.");
  }
}

function malformed(message: string): AppError {
  return new AppError("VALIDATION_ERROR", message, {
    faults: [{ field: "body", issue: message }],
  });
}
