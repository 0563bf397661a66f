/** The names of this machine, which are origins of their own for a browser. */
const loopbackNames: ReadonlySet<string> = new Set(["localhost", "127.0.0.1", "[::1]"]);

/**
 * The address at `PUBLIC_URL` of a page that was opened under another name of this machine, at the same port; null for any other.
 * At the other name the page would be shown, but `form-action` of its policy stops what its forms lead to, and cookies are not shared.
 */
export function addressAtPublicUrl({ url }: Request, publicUrl: string): string | null {
  const [asked, own] = [new URL(url), new URL(publicUrl)];
  const isOther =
    own.protocol === "http:" &&
    asked.host !== own.host &&
    asked.port === own.port &&
    loopbackNames.has(asked.hostname) &&
    loopbackNames.has(own.hostname);
  return isOther ? `${own.origin}${asked.pathname}${asked.search}` : null;
}
