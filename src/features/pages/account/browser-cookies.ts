import type { ResponseHeaders } from "../../../platform/http/exchange.ts";
import type { RefreshCookie } from "../../../platform/http/refresh-cookie.ts";
import type { Context } from "../../../platform/platform.ts";

/** The cookies by which a browser is signed in. */
export interface BrowserCookies {
  /** Deletes them with the response. */
  clear(ctx: Context, headers: ResponseHeaders): void;
}

/** The browser session cookie, and the refresh cookie where it is used. */
export function createBrowserCookies(cookie: Pick<RefreshCookie, "clear">): BrowserCookies {
  return {
    clear(ctx, headers) {
      ctx.device?.clearBrowserToken();
      cookie.clear(headers);
    },
  };
}
