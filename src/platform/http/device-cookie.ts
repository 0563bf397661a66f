import type { Settings } from "../config/settings.ts";
import { cookiesNamed } from "./refresh-cookie.ts";

/** Keeps the signed token by which a browser is known as a device of its users. It authenticates no request. */
export interface DeviceCookie {
  /** The token of a request; null without one, or if the cookie was sent more than once. */
  read(request: Request): string | null;
  /** The value of the `Set-Cookie` header that stores a token. */
  store(token: string): string;
}

/** A device that was not used for this time is not known any more. */
const maxAgeSeconds = 365 * 86_400;

/** RFC 6265bis §4.1: `HttpOnly; SameSite=Lax`. With https it is `Secure`, under a name that no subdomain can set (§4.1.3.2). */
export function createDeviceCookie({ publicUrl }: Pick<Settings, "publicUrl">): DeviceCookie {
  const isSecure = publicUrl.startsWith("https:");
  const name = `${isSecure ? "__Host-" : ""}gatehouse_device`;
  return {
    read(request) {
      const values = cookiesNamed(name, request.headers.get("cookie"));
      return values.length === 1 ? (values[0] ?? null) : null;
    },
    store: (token) =>
      new Bun.Cookie(name, token, {
        path: "/",
        maxAge: maxAgeSeconds,
        httpOnly: true,
        sameSite: "lax",
        secure: isSecure,
      }).toString(),
  };
}
