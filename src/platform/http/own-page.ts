/**
 * Whether a form was posted by a page of this service or by a program that is no browser, and not by another website, which
 * could sign its visitor in to another account (login CSRF, RFC 6749 §10.12). Because of `Referrer-Policy: no-referrer`
 * browsers send `Origin: null` for our own forms (Fetch §3.2). `Sec-Fetch-Site` tells the two apart; browsers leave it out
 * over plain http.
 */
export function isPostedByOwnPage({ headers }: Request, publicUrl: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = headers.get("origin");
  if (origin === "null") return publicUrl.startsWith("http:");
  return origin === null || origin === new URL(publicUrl).origin;
}
