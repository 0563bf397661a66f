import { AppError } from "../../kernel/errors.ts";

/**
 * Parses an `application/x-www-form-urlencoded` body (RFC 6749 Appendix B). A parameter given twice is refused
 * (RFC 6749 §3.2), and one without a value counts as omitted. Throws `VALIDATION_ERROR`.
 */
export function parseFormBody(text: string): Record<string, string> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) {
      throw new AppError("VALIDATION_ERROR", "A parameter is given twice.", {
        faults: [{ field: "body", issue: "A parameter is given twice." }],
      });
    }
    fields.set(name, value);
  }
  return Object.fromEntries([...fields].filter(([, value]) => value !== ""));
}
