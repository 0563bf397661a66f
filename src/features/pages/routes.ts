import { Elysia } from "elysia";

import { type AccountRoutesParts, accountRoutes } from "./account/account-routes.ts";
import { changeEmailPage } from "./links/change-email.ts";
import { linkRoutes } from "./links/link-routes.ts";
import { magicCodeRoutes } from "./links/magic-code-routes.ts";
import { magicLinkMail, magicLinkPage } from "./links/magic-link.ts";
import { newMailRoutes } from "./links/new-mail.ts";
import { passwordResetMail, resetPasswordPage } from "./links/reset-password.ts";
import { secondFactorPageRoutes } from "./links/second-factor-routes.ts";
import { siteRoutes } from "./site/site-routes.ts";
import { newVerificationMail, verifyEmailPage } from "./links/verify-email.ts";
import { passkeysScriptRoutes } from "./passkeys/script-routes.ts";

/** The account page, the pages behind the links in mails, and the forms that request new mails. */
export function pagesRoutes(parts: AccountRoutesParts) {
  const { kit, platform, cookie } = parts;
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
    .use(siteRoutes({ kit, settings: platform.settings }))
    .use(passkeysScriptRoutes({ kit }))
    .use(accountRoutes(parts));
}
