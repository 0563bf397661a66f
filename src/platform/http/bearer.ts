import { AppError } from "../../kernel/errors.ts";

/**
 * The token of an `Authorization: Bearer` header (RFC 6750 §2.1; the scheme in any case). Throws
 * `AUTHENTICATION_REQUIRED` when no such header was sent and `INVALID_TOKEN` when it holds no token.
 */
export function readBearerToken(header: string | null): string {
  const token = findBearerToken(header);
  if (token === null) {
    throw new AppError("AUTHENTICATION_REQUIRED", "Sign in and send the access token as a bearer.");
  }
  return token;
}

/** The same, or null when the header holds no bearer credentials. Throws `INVALID_TOKEN`. */
export function findBearerToken(header: string | null): string | null {
  if (header === null) return null;
  if (!header.startsWith("Bearer ") && !/^bearer(?: |$)/i.test(header)) return null;
  const token = header.slice("bearer ".length).trim();
  if (!/^[A-Za-z0-9\-._~+/]+=*$/.test(token)) {
    throw new AppError("INVALID_TOKEN", "The access token is invalid.");
  }
  return token;
}
