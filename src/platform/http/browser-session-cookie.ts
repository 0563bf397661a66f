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

/** What decides the name and the attributes of the cookie. */
type CookieSettings = Pick<Settings, "publicUrl" | "sessionCookieDomain">;

/**
 * With https no subdomain can set a cookie of this name (RFC 6265bis §4.1.3.2). The prefix forbids `Domain`, so that with
 * `SESSION_COOKIE_DOMAIN` the name is the plain one.
 */
export function browserSessionCookieName({
  publicUrl,
  sessionCookieDomain,
}: CookieSettings): string {
  const isOfHost = publicUrl.startsWith("https:") && sessionCookieDomain === null;
  return `${isOfHost ? "__Host-" : ""}gatehouse_session`;
}

/** RFC 6265bis §4.1: `HttpOnly; SameSite=Lax; Path=/`, and `Secure` when `PUBLIC_URL` is https. */
export function createBrowserSessionCookie(settings: CookieSettings): BrowserSessionCookie {
  const { publicUrl, sessionCookieDomain: domain } = settings;
  const name = browserSessionCookieName(settings);

  function setCookie(value: string, maxAge: number): string {
    return new Bun.Cookie(name, value, {
      path: "/",
      maxAge,
      httpOnly: true,
      sameSite: "lax",
      secure: publicUrl.startsWith("https:"),
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
