import type { Answer } from "./http-call.ts";

/** A cookie as a response sets it. */
export interface SetCookie {
  readonly name: string;
  readonly value: string;
  /** In alphabetical order, `Max-Age` left out. */
  readonly attributes: readonly string[];
  readonly maxAgeSeconds: number;
  /** The whole header. */
  readonly header: string;
}

/** The one cookie that a response sets besides those of the device and of the browser session, or null. Throws for several. */
export function cookieOf(answer: Answer): SetCookie | null {
  const [header, ...others] = answer.headers
    .getSetCookie()
    .filter((each) => !/^(?:__Host-)?gatehouse_(?:device|session)=/.test(each));
  if (others.length > 0) throw new Error("several cookies");
  return header === undefined ? null : parseSetCookie(header);
}

/** A `Set-Cookie` header. */
export function parseSetCookie(header: string): SetCookie {
  const [pair = "", ...parts] = header.split(";").map((part) => part.trim());
  const equals = pair.indexOf("=");
  const maxAge = parts.find((part) => part.startsWith("Max-Age="));
  return {
    name: pair.slice(0, equals),
    value: pair.slice(equals + 1),
    attributes: parts.filter((part) => part !== maxAge).toSorted(),
    maxAgeSeconds: Number(maxAge?.slice("Max-Age=".length)),
    header,
  };
}

/** The refresh token in a response's cookie. Throws where there is none. */
export function tokenInCookie(answer: Answer): string {
  const cookie = cookieOf(answer);
  if (!cookie?.value) throw new Error(`${answer.status} without a cookie: ${answer.text}`);
  return cookie.value;
}

/** The headers by which a browser sends the refresh token, from a page of this origin; null for no `Origin` at all. */
export function cookieHeaders(
  refreshToken: string,
  origin: string | null = "http://localhost:8000",
): Record<string, string> {
  const cookie = `theme=dark; gatehouse_refresh_token=${refreshToken}; other=1`;
  return origin === null ? { cookie } : { cookie, origin };
}
