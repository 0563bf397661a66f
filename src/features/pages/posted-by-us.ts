/**
 * Whether a form was posted by a page of ours, or by a program that is no browser: another website must not sign its
 * visitors in as somebody else (RFC 6749 §10.12 calls it log-in CSRF). Our pages pass no referrer on, so that browsers say
 * `Origin: null` for them (Fetch §3.2); `Sec-Fetch-Site` tells, save over plain http, where they leave it out.
 */
export function isPostedByUs({ headers }: Request, publicUrl: string): boolean {
  const site = headers.get("sec-fetch-site");
  if (site !== null) return site === "same-origin";
  const origin = headers.get("origin");
  if (origin === "null") return publicUrl.startsWith("http:");
  return origin === null || origin === new URL(publicUrl).origin;
}
