import { AppError } from "../../kernel/errors.ts";
import type { Settings } from "../config/settings.ts";
import type { ResponseHeaders } from "./response-headers.ts";

/** Carries refresh tokens in a cookie where `REFRESH_TOKEN_COOKIE` asks for it, and in bodies where not. */
export interface RefreshCookie {
  readonly isEnabled: boolean;
  /** The tokens as their answer's body shows them; in cookie mode the refresh token goes into the cookie instead. */
  deliver<T extends { refresh_token?: string }>(
    answer: ResponseHeaders,
    tokens: T,
  ): Omit<T, "refresh_token"> & { refresh_token?: string };
  /**
   * The refresh token of the request's cookie, or null. Where there is one, throws `FORBIDDEN` unless the request comes from our
   * own or a listed origin, for browsers send cookies for whoever asks; and `INVALID_TOKEN` for several.
   */
  read(request: Request): string | null;
  /** The same for calls that change nothing: browsers leave `Origin` out of those, so it may be missing. */
  peek(request: Request): string | null;
  /** Throws `FORBIDDEN` where the answer would set the cookie for a page of a foreign origin: it could sign its visitors in as another. */
  assertMayBeSet(request: Request): void;
  /** Makes the browser forget the cookie. */
  clear(answer: ResponseHeaders): void;
}

const path = "/api/v1/auth";

/**
 * RFC 6265bis §4.1: `HttpOnly; SameSite=Strict`, for our own paths only, `Secure` when `PUBLIC_URL` is https. Then its name
 * says so too (§4.1.3.1), and nobody on the way can set one over plain http.
 */
export function createRefreshCookie(settings: Settings): RefreshCookie {
  const { refreshTokenCookie: isEnabled, publicUrl } = settings;
  const origins = new Set([new URL(publicUrl).origin, ...settings.allowedOrigins]);
  const isSecure = publicUrl.startsWith("https:");
  const name = `${isSecure ? "__Secure-" : ""}gatehouse_refresh_token`;
  const attributes = `Path=${path}; HttpOnly; SameSite=Strict${isSecure ? "; Secure" : ""}`;
  const maxAge = Math.min(settings.jwtRefreshTokenTtlSeconds, settings.sessionMaxAgeSeconds);

  function find(request: Request, isTrusted: (origin: string | null) => boolean): string | null {
    const tokens = isEnabled ? cookiesNamed(name, request.headers.get("cookie")) : [];
    const [token] = tokens;
    if (token === undefined) return null;
    if (!isTrusted(request.headers.get("origin"))) throw foreignOrigin();
    // One was planted from a neighbouring host, and nothing tells which.
    if (tokens.length > 1) throw new AppError("INVALID_TOKEN", "The cookie was sent twice.");
    return token;
  }

  const isOurs = (origin: string | null): boolean => origin !== null && origins.has(origin);
  const isNotForeign = (origin: string | null): boolean => origin === null || origins.has(origin);

  return {
    isEnabled,
    deliver(answer, { refresh_token: token, ...tokens }) {
      if (token === undefined) return tokens;
      if (!isEnabled) return { ...tokens, refresh_token: token };
      answer["set-cookie"] = `${name}=${token}; Max-Age=${maxAge}; ${attributes}`;
      return tokens;
    },
    read: (request) => find(request, isOurs),
    peek: (request) => find(request, isNotForeign),
    assertMayBeSet(request) {
      if (isEnabled && !isNotForeign(request.headers.get("origin"))) throw foreignOrigin();
    },
    clear(answer) {
      if (isEnabled) answer["set-cookie"] = `${name}=; Max-Age=0; ${attributes}`;
    },
  };
}

function foreignOrigin(): AppError {
  return new AppError("FORBIDDEN", "This origin may not use the cookie.");
}

/** The values of all cookies of a name; an empty one is none. */
function cookiesNamed(name: string, header: string | null): string[] {
  return (header ?? "")
    .split(";")
    .map((pair) => pair.trim())
    .filter((pair) => pair.startsWith(`${name}=`))
    .map((pair) => pair.slice(name.length + 1))
    .filter((value) => value !== "");
}
