import { AppError } from "../../../kernel/errors.ts";
import type { RefreshCookie } from "../../../platform/http/refresh-cookie.ts";

/** The refresh token of a body or, failing that, of the cookie. Throws `AUTHENTICATION_REQUIRED`, `FORBIDDEN` (origin). */
export function presentedRefreshToken(
  inBody: string | undefined,
  cookie: RefreshCookie,
  request: Request,
): string {
  const token = inBody ?? cookie.read(request);
  if (token === null) throw new AppError("AUTHENTICATION_REQUIRED", "Send the refresh token.");
  return token;
}

/** The same for a log-out, or null. Beside an access token, which is enough, a cookie that cannot be used is left alone. */
export function findRefreshToken(
  accessToken: string | null,
  inBody: string | undefined,
  cookie: RefreshCookie,
  request: Request,
): string | null {
  if (inBody !== undefined) return inBody;
  try {
    return cookie.read(request);
  } catch (error) {
    if (accessToken === null) throw error;
    return null;
  }
}
