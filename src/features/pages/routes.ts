import { Elysia } from "elysia";

import type { RefreshCookie } from "../../platform/http/refresh-cookie.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import type { Platform } from "../../platform/platform.ts";
import { authorizeRoutes } from "./authorize/authorize-routes.ts";
import { endSessionRoutes } from "./end-session/end-session-routes.ts";
import { changeEmailPage } from "./links/change-email.ts";
import { linkRoutes } from "./links/link-routes.ts";
import { magicCodeRoutes } from "./links/magic-code-routes.ts";
import { magicLinkMail, magicLinkPage } from "./links/magic-link.ts";
import { newMailRoutes } from "./links/new-mail.ts";
import { passwordResetMail, resetPasswordPage } from "./links/reset-password.ts";
import { secondFactorPageRoutes } from "./links/second-factor-routes.ts";
import { newVerificationMail, verifyEmailPage } from "./links/verify-email.ts";

/** The pages behind the links in mails, the forms that request new mails, and the pages of authorization requests. */
export function pagesRoutes({
  kit,
  platform,
  cookie,
}: {
  readonly kit: RouteKit;
  readonly platform: Platform;
  readonly cookie: RefreshCookie;
}) {
  const base = { kit, platform };
  return new Elysia()
    .use(linkRoutes({ ...base, page: verifyEmailPage }))
    .use(newMailRoutes({ ...base, newMail: newVerificationMail }))
    .use(linkRoutes({ ...base, page: magicLinkPage(cookie) }))
    .use(newMailRoutes({ ...base, newMail: magicLinkMail }))
    .use(magicCodeRoutes({ kit, platform, cookie }))
    .use(secondFactorPageRoutes({ kit, platform, cookie }))
    .use(linkRoutes({ ...base, page: resetPasswordPage(platform.settings) }))
    .use(newMailRoutes({ ...base, newMail: passwordResetMail }))
    .use(linkRoutes({ ...base, page: changeEmailPage }))
    .use(authorizeRoutes(base))
    .use(endSessionRoutes(base));
}
