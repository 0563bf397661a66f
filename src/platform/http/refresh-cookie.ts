import { AppError } from "../../kernel/errors.ts";
import type { Settings } from "../config/settings.ts";
import type { ResponseHeaders } from "./exchange.ts";

/** Carries refresh tokens in a cookie when `REFRESH_TOKEN_COOKIE` is true, and in bodies when it is false. */
export interface RefreshCookie {
  readonly isEnabled: boolean;
  /** Returns the tokens for the response's body. In cookie mode the refresh token is set as the cookie and left out of them. */
  deliver<T extends { refresh_token?: string }>(
    headers: ResponseHeaders,
    tokens: T,
  ): Omit<T, "refresh_token"> & { refresh_token?: string };
  /**
   * The refresh token in the request's cookie, or null. With a cookie it throws `FORBIDDEN` unless `Origin` is that of
   * `PUBLIC_URL` or a listed one, since a browser sends the cookie for every page; and `INVALID_TOKEN` for several cookies.
   */
  read(request: Request): string | null;
  /** The same for requests that change nothing: a browser may send those without `Origin`, so it may be missing. */
  peek(request: Request): string | null;
  /** Throws `FORBIDDEN` for a page of an unlisted origin: it could sign its visitor in to an account of the page's owner. */
  assertMayBeSet(request: Request): void;
  /** Deletes the cookie in the browser. */
  clear(headers: ResponseHeaders): void;
}

/**
 * RFC 6265bis §4.1: `HttpOnly; SameSite=Strict`, for the paths of the API's sign-in only, and `Secure` when `PUBLIC_URL` is
 * https. The name then has the prefix `__Secure-` (§4.1.3.1), so that no response over plain http can set it.
 */
export function createRefreshCookie(settings: Settings): RefreshCookie {
  const { refreshTokenCookie: isEnabled, publicUrl } = settings;
  const origins = new Set([new URL(publicUrl).origin, ...settings.allowedOrigins]);
  const isSecure = publicUrl.startsWith("https:");
  const name = `${isSecure ? "__Secure-" : ""}gatehouse_refresh_token`;
  const maxAgeSeconds = Math.min(settings.jwtRefreshTokenTtlSeconds, settings.sessionMaxAgeSeconds);

  function setCookie(headers: ResponseHeaders, value: string, maxAge: number): void {
    headers["set-cookie"] = new Bun.Cookie(name, value, {
      path: "/api/v1/auth",
      maxAge,
      httpOnly: true,
      sameSite: "strict",
      secure: isSecure,
    }).toString();
  }

  function find(request: Request, isTrusted: (origin: string | null) => boolean): string | null {
    const tokens = isEnabled ? cookiesNamed(name, request.headers.get("cookie")) : [];
    const [token] = tokens;
    if (token === undefined) return null;
    if (!isTrusted(request.headers.get("origin"))) throw otherOrigin();
    // Another host of the same site has set one of them, and the request does not show which.
    if (tokens.length > 1) throw new AppError("INVALID_TOKEN", "The cookie was sent twice.");
    return token;
  }

  const isListed = (origin: string | null): boolean => origin !== null && origins.has(origin);
  const isAbsentOrListed = (origin: string | null): boolean =>
    origin === null || origins.has(origin);

  return {
    isEnabled,
    deliver(headers, { refresh_token: token, ...tokens }) {
      if (token === undefined) return tokens;
      if (!isEnabled) return { ...tokens, refresh_token: token };
      setCookie(headers, token, maxAgeSeconds);
      return tokens;
    },
    read: (request) => find(request, isListed),
    peek: (request) => find(request, isAbsentOrListed),
    assertMayBeSet(request) {
      if (isEnabled && !isAbsentOrListed(request.headers.get("origin"))) throw otherOrigin();
    },
    clear(headers) {
      if (isEnabled) setCookie(headers, "", 0);
    },
  };
}

function otherOrigin(): AppError {
  return new AppError("FORBIDDEN", "This origin may not use the cookie.");
}

/**
 * The values of all cookies of a name but the empty ones. `get` of the map returns the first only; its entries contain all,
 * in order. Values are percent-decoded and keep their quotes; a refresh token has neither.
 */
export function cookiesNamed(name: string, header: string | null): string[] {
  if (header === null) return [];
  return [...new Bun.CookieMap(header)]
    .filter(([found, value]) => found === name && value !== "")
    .map(([, value]) => value);
}
