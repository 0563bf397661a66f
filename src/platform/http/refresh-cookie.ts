import { AppError } from "../../kernel/errors.ts";
import type { Settings } from "../config/settings.ts";

type AnswerHeaders = Record<string, string | number | undefined>;

/** Carries refresh tokens in a cookie where `REFRESH_TOKEN_COOKIE` asks for it, and in bodies where not. */
export interface RefreshCookie {
  readonly isEnabled: boolean;
  /** The tokens as their answer's body shows them; in cookie mode the refresh token goes into the cookie instead. */
  deliver<T extends { refresh_token?: string }>(
    answer: AnswerHeaders,
    tokens: T,
  ): Omit<T, "refresh_token"> & { refresh_token?: string };
  /**
   * The refresh token of the request's cookie, or null. Throws `FORBIDDEN` where there is one and the request does not come
   * from our own or a listed origin: browsers send cookies for whoever asks.
   */
  read(request: Request): string | null;
  /** The same whatever the origin, for looks that change nothing and tell no web page anything. */
  readUnchecked(request: Request): string | null;
  /** Makes the browser forget the cookie. */
  clear(answer: AnswerHeaders): void;
}

const name = "gatehouse_refresh_token";
const path = "/api/v1/auth";

/** RFC 6265bis §4.1: `HttpOnly; SameSite=Strict`, for our own paths only, `Secure` when `PUBLIC_URL` is https. */
export function createRefreshCookie(settings: Settings): RefreshCookie {
  const { refreshTokenCookie: isEnabled, publicUrl } = settings;
  const origins = new Set([new URL(publicUrl).origin, ...settings.allowedOrigins]);
  const secure = publicUrl.startsWith("https:") ? "; Secure" : "";
  const attributes = `Path=${path}; HttpOnly; SameSite=Strict${secure}`;
  const maxAge = Math.min(settings.jwtRefreshTokenTtlSeconds, settings.sessionMaxAgeSeconds);

  function readUnchecked(request: Request): string | null {
    return isEnabled ? findCookie(request.headers.get("cookie")) : null;
  }

  return {
    isEnabled,
    deliver(answer, { refresh_token: token, ...tokens }) {
      if (token === undefined) return tokens;
      if (!isEnabled) return { ...tokens, refresh_token: token };
      answer["set-cookie"] = `${name}=${token}; Max-Age=${maxAge}; ${attributes}`;
      return tokens;
    },
    readUnchecked,
    read(request) {
      const token = readUnchecked(request);
      if (token !== null && !origins.has(request.headers.get("origin") ?? "")) {
        throw new AppError("FORBIDDEN", "This origin may not use the cookie.");
      }
      return token;
    },
    clear(answer) {
      if (isEnabled) answer["set-cookie"] = `${name}=; Max-Age=0; ${attributes}`;
    },
  };
}

function findCookie(header: string | null): string | null {
  for (const pair of (header ?? "").split(";")) {
    const [key, value] = pair.trim().split("=", 2);
    if (key === name && value) return value;
  }
  return null;
}
