import type { Settings } from "../config/settings.ts";
import { cookiesNamed } from "./refresh-cookie.ts";

/** Keeps a token of a device. It authenticates no request. */
export interface DeviceCookie {
  /** The token of a request; null without one, or if the cookie was sent more than once. */
  read(request: Request): string | null;
  /** The value of the `Set-Cookie` header that stores a token for this time. */
  store(token: string, maxAgeSeconds: number): string;
}

/** The cookies by which a browser is recognised as a device of its users. */
export interface DeviceCookies {
  /** The signed token by which it is known as a device of its users. */
  readonly known: DeviceCookie;
  /** The token by which a user trusts it: they sign in on it without the second factor. */
  readonly trusted: DeviceCookie;
}

/** RFC 6265bis §4.1: `HttpOnly; SameSite=Lax`. With https it is `Secure`, under a name that no subdomain can set (§4.1.3.2). */
export function createDeviceCookies({ publicUrl }: Pick<Settings, "publicUrl">): DeviceCookies {
  const isSecure = publicUrl.startsWith("https:");
  const prefix = isSecure ? "__Host-" : "";

  function cookieOf(name: string): DeviceCookie {
    return {
      read(request) {
        const values = cookiesNamed(name, request.headers.get("cookie"));
        return values.length === 1 ? (values[0] ?? null) : null;
      },
      store: (token, maxAge) =>
        new Bun.Cookie(name, token, {
          path: "/",
          maxAge,
          httpOnly: true,
          sameSite: "lax",
          secure: isSecure,
        }).toString(),
    };
  }

  return {
    known: cookieOf(`${prefix}gatehouse_device`),
    trusted: cookieOf(`${prefix}gatehouse_trusted`),
  };
}
