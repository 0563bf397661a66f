import { Elysia } from "elysia";

import type { RefreshCookie } from "../../platform/http/refresh-cookie.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import type { Platform } from "../../platform/platform.ts";
import { changeEmailPages } from "./change-email/routes.ts";
import { magicLinkPages } from "./magic-link/routes.ts";
import { resetPasswordPages } from "./reset-password/routes.ts";
import { verifyEmailPages } from "./verify-email/routes.ts";

/**
 * The pages behind the links in mails. Showing one changes nothing, so that mail scanners and previews that open every link
 * do no harm; pressing its button does. The answer to a press is a page, also while the database is away.
 */
export function pagesRoutes(kit: RouteKit, platform: Platform, cookie: RefreshCookie) {
  return new Elysia()
    .use(verifyEmailPages(kit, platform))
    .use(magicLinkPages(kit, platform, cookie))
    .use(resetPasswordPages(kit, platform))
    .use(changeEmailPages(kit, platform));
}
