import type { Settings } from "../config/settings.ts";
import { cookiesNamed } from "./refresh-cookie.ts";

/** Keeps the token of a browser session. Pages and `GET /auth/forward` accept it, and nothing else. */
export interface BrowserSessionCookie {
  /** The token of a request; null without one of the right form, or if the cookie was sent more than once. */
  read(request: Request): string | null;
  /** The value of the `Set-Cookie` header that stores a token for this time. */
  store(token: string, maxAgeSeconds: number): string;
  /** The value of the `Set-Cookie` header that deletes the cookie. */
  clear(): string;
}

/** The random bits of a token. */
export const browserTokenBits = 256;

/**
 * RFC 6265bis §4.1: `HttpOnly; SameSite=Lax; Path=/`. With https it is `Secure`, under a name that no subdomain can set (§4.1.3.2).
 * That prefix forbids `Domain`, so that with `SESSION_COOKIE_DOMAIN` the name is the plain one.
 */
export function createBrowserSessionCookie({
  publicUrl,
  sessionCookieDomain: domain,
}: Pick<Settings, "publicUrl" | "sessionCookieDomain">): BrowserSessionCookie {
  const isSecure = publicUrl.startsWith("https:");
  const name = `${isSecure && domain === null ? "__Host-" : ""}gatehouse_session`;

  function setCookie(value: string, maxAge: number): string {
    return new Bun.Cookie(name, value, {
      path: "/",
      maxAge,
      httpOnly: true,
      sameSite: "lax",
      secure: isSecure,
      ...(domain === null ? {} : { domain }),
    }).toString();
  }

  return {
    read(request) {
      const [value = "", ...others] = cookiesNamed(name, request.headers.get("cookie"));
      return others.length === 0 && /^[\w-]{43}$/.test(value) ? value : null;
    },
    store: setCookie,
    clear: () => setCookie("", 0),
  };
}
