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

/** The same, or null when the header holds no bearer credentials. What else it holds is for the token's verification to judge. */
export function findBearerToken(header: string | null): string | null {
  if (header === null) return null;
  if (!header.startsWith("Bearer ") && !/^bearer(?: |$)/i.test(header)) return null;
  const token = header.slice("bearer ".length);
  // A header's value ends with no space; to look for one everywhere takes as long as to find out whose a token is.
  return token.startsWith(" ") || token.startsWith("\t") ? token.trim() : token;
}
