import type { BindingCookie } from "../../platform/http/binding-cookie.ts";
import type { Browser } from "./social-login.ts";

/** What is read of the browser that sent a request. */
export function browserOf(request: Request, cookie: BindingCookie): Browser {
  return {
    binding: (mode) => cookie.read(request, mode),
    fetchSite: request.headers.get("sec-fetch-site"),
    fromOrigin: originOf(request.headers.get("referer")),
  };
}

function originOf(url: string | null): string | null {
  return url !== null && URL.canParse(url) ? new URL(url).origin : null;
}
