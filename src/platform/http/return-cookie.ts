import type { Settings } from "../config/settings.ts";
import { cookiesNamed } from "./refresh-cookie.ts";

/** Keeps where a sign-in by a mailed link leads, in the browser that requested the mail. It proves nothing. */
export interface ReturnCookie {
  /** The address of a request, as it was sent: check it again. Null without one, or if the cookie was sent more than once. */
  read(request: Request): string | null;
  /** The value of the `Set-Cookie` header that stores an address; with null it deletes the one that is stored. */
  store(returnTo: string | null): string;
}

/** RFC 6265bis §4.1: `HttpOnly; SameSite=Lax`, for as long as a mailed link is valid. */
export function createReturnCookie({
  publicUrl,
  magicLinkTtlSeconds,
}: Pick<Settings, "publicUrl" | "magicLinkTtlSeconds">): ReturnCookie {
  const isSecure = publicUrl.startsWith("https:");
  const name = `${isSecure ? "__Host-" : ""}gatehouse_return_to`;
  return {
    read(request) {
      const [value = null, ...others] = cookiesNamed(name, request.headers.get("cookie"));
      return others.length === 0 ? value : null;
    },
    store: (returnTo) =>
      new Bun.Cookie(name, returnTo ?? "", {
        path: "/",
        maxAge: returnTo === null ? 0 : magicLinkTtlSeconds,
        httpOnly: true,
        sameSite: "lax",
        secure: isSecure,
      }).toString(),
  };
}
