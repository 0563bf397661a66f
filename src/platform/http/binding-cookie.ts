import type { Settings } from "../config/settings.ts";
import { cookiesNamed } from "./refresh-cookie.ts";

/** How a provider sends the browser back: by a redirect, or by a form that a page of its own posts. */
export type ReturnMode = "query" | "form_post";

/** Keeps the random value that binds a sign-in at a provider to the browser that began it (RFC 6749 §10.12). */
export interface BindingCookie {
  /** The value of a request; null without one of the right form, or if the cookie was sent more than once. */
  read(request: Request, mode: ReturnMode): string | null;
  /** The value of the `Set-Cookie` header that stores a value. */
  store(value: string, mode: ReturnMode): string;
}

/** As long as a sign-in may take. */
const maxAgeSeconds = 600;

/**
 * RFC 6265bis §4.1: `HttpOnly; SameSite=Lax`, under a name that no subdomain can set (§4.1.3.2) when `PUBLIC_URL` is https. A
 * form that another site posts carries only a cookie with `SameSite=None`, which browsers take only when it is `Secure`.
 */
export function createBindingCookie({ publicUrl }: Pick<Settings, "publicUrl">): BindingCookie {
  const isSecure = publicUrl.startsWith("https:");
  const prefix = isSecure ? "__Host-" : "";
  const names: Readonly<Record<ReturnMode, string>> = {
    query: `${prefix}gatehouse_oauth`,
    form_post: `${prefix}gatehouse_oauth_post`,
  };
  return {
    read(request, mode) {
      const [value = "", ...others] = cookiesNamed(names[mode], request.headers.get("cookie"));
      return others.length === 0 && /^[\w-]{22}$/.test(value) ? value : null;
    },
    store: (value, mode) =>
      new Bun.Cookie(names[mode], value, {
        path: "/",
        maxAge: maxAgeSeconds,
        httpOnly: true,
        sameSite: mode === "query" ? "lax" : "none",
        secure: isSecure || mode === "form_post",
      }).toString(),
  };
}
