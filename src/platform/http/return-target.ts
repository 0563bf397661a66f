import type { Settings } from "../config/settings.ts";

/** A longer address is not returned to: with it the address of the sign-in page would exceed what servers take. */
const maximumLength = 2048;

/**
 * Where a sign-in may lead: the normalised URL of an address, or null for one that may not be returned to. Allowed are the exact
 * origins of `PUBLIC_URL`, of `ALLOWED_ORIGINS` and of the web addresses in `REDIRECT_URIS`, the hosts of `SESSION_COOKIE_DOMAIN`
 * with the scheme of `PUBLIC_URL`, and the paths of this service, which begin with one slash.
 */
export function findReturnTarget(
  settings: Pick<Settings, "allowedOrigins" | "publicUrl" | "redirectUris" | "sessionCookieDomain">,
  text: string,
): string | null {
  const { publicUrl } = settings;
  // What browsers and the parser correct (a backslash, a missing slash, a line break) is refused, so that both see one origin.
  const isPlain = text.length <= maximumLength && !/[\s\\\p{C}]|%0[ad]/iu.test(text);
  const isPath = /^\/(?!\/)/.test(text);
  if (!isPlain || (!isPath && !/^https?:\/\/[^/?#@]+(?:[/?#]|$)/i.test(text))) return null;
  const address = isPath ? `${publicUrl}${text}` : text;
  if (!URL.canParse(address)) return null;
  const url = new URL(address);
  if (url.username !== "" || url.password !== "") return null;
  return isOwnOrListed(settings, url) || isUnderCookieDomain(settings, url) ? url.href : null;
}

function isOwnOrListed(
  {
    allowedOrigins,
    publicUrl,
    redirectUris,
  }: Pick<Settings, "allowedOrigins" | "publicUrl" | "redirectUris">,
  { origin }: URL,
): boolean {
  return (
    origin === publicUrl ||
    allowedOrigins.includes(origin) ||
    redirectUris.some((uri) => webOrigin(uri) === origin)
  );
}

/** The origin of an http or https URI; null for one of a native app (`com.example.app:/callback`), whose origin is opaque. */
function webOrigin(uri: string): string | null {
  return /^https?:\/\//i.test(uri) && URL.canParse(uri) ? new URL(uri).origin : null;
}

/** Whether browsers send the browser session cookie to a URL: to the host of `PUBLIC_URL`, and under `SESSION_COOKIE_DOMAIN`. */
export function receivesSessionCookie(settings: CookieSettings, address: string): boolean {
  const [own, url] = [new URL(settings.publicUrl), new URL(address)];
  const isOwnHost = url.hostname === own.hostname && url.protocol === own.protocol;
  return isOwnHost || isUnderCookieDomain(settings, url);
}

type CookieSettings = Pick<Settings, "publicUrl" | "sessionCookieDomain">;

/** Whether the cookie is sent to the URL's host, with the scheme of this service. Cookies do not distinguish ports. */
function isUnderCookieDomain(
  { publicUrl, sessionCookieDomain }: CookieSettings,
  url: URL,
): boolean {
  if (sessionCookieDomain === null) return false;
  const own = new URL(publicUrl);
  const isWithin =
    url.hostname === sessionCookieDomain || url.hostname.endsWith(`.${sessionCookieDomain}`);
  return isWithin && url.protocol === own.protocol;
}
