import { AppError } from "../../kernel/errors.ts";

/**
 * The token of an `Authorization: Bearer` header (RFC 6750 §2.1; the scheme in any case). Throws
 * `AUTHENTICATION_REQUIRED` when no such header was sent.
 */
export function readBearerToken(header: string | null): string {
  const token = findBearerToken(header);
  if (token === null) {
    throw new AppError("AUTHENTICATION_REQUIRED", "Send an access token as a bearer token.");
  }
  return token;
}

/** The same, or null when the header has another scheme or is missing. The token is not verified. */
export function findBearerToken(header: string | null): string | null {
  if (header === null) return null;
  if (!header.startsWith("Bearer ") && !/^bearer(?: |$)/i.test(header)) return null;
  const token = header.slice("bearer ".length);
  // `Headers` removes spaces at the end of a value, and `trim` on every token would take as long as a token cache lookup.
  return token.startsWith(" ") || token.startsWith("\t") ? token.trim() : token;
}
