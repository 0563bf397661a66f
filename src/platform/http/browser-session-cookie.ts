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
  /** Those that delete what another `SESSION_COOKIE_DOMAIN` left in the browser: with two cookies of this name it has none. */
  clearOthers(request: Request): string[];
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
  const { publicUrl, sessionCookieDomain } = settings;
  const name = browserSessionCookieName(settings);
  const domains = name.startsWith("__Host-") ? [] : [null, ...domainsOf(new URL(publicUrl))];
  const others = domains.filter((domain) => domain !== sessionCookieDomain);

  function setCookie(value: string, maxAge: number, domain = sessionCookieDomain): string {
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
    store: (token, maxAgeSeconds) => setCookie(token, maxAgeSeconds),
    clear: () => setCookie("", 0),
    clearOthers(request) {
      const isSent = cookiesNamed(name, request.headers.get("cookie")).length > 0;
      return isSent ? others.map((domain) => setCookie("", 0, domain)) : [];
    },
  };
}

/** The domains whose cookies a host may set (RFC 6265 §5.1.3): its own name and each longer than one label that it is in. */
function domainsOf({ hostname }: URL): string[] {
  const isAddress = hostname.startsWith("[") || /^[\d.]+$/.test(hostname);
  const labels = isAddress ? [] : hostname.split(".");
  return labels.slice(0, -1).map((_, index) => labels.slice(index).join("."));
}
