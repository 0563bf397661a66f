import type { ResponseHeaders } from "../../../platform/http/exchange.ts";
import type { RefreshCookie } from "../../../platform/http/refresh-cookie.ts";
import type { Context } from "../../../platform/platform.ts";
import { endBrowserSession } from "../../sessions/index.ts";

/** Signs the browser out: deletes its cookies, and ends the session of the browser session cookie if that is still open. */
export type SignOutBrowser = (ctx: Context, headers: ResponseHeaders) => Promise<void>;

/** The cookies are those of the browser session and, where it is used, of the refresh token. */
export function createSignOutBrowser(cookie: Pick<RefreshCookie, "clear">): SignOutBrowser {
  return async (ctx, headers) => {
    await endBrowserSession(ctx);
    cookie.clear(headers);
  };
}
