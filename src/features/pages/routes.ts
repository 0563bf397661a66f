import type { RouteParts } from "../../platform/http/route-kit.ts";
import { createSocialLogin, type Provider } from "../social-login/index.ts";
import { accountRoutes } from "./account/account-routes.ts";
import { authorizeRoutes } from "./authorize/authorize-routes.ts";
import { deviceRoutes } from "./device/device-routes.ts";
import { endSessionRoutes } from "./end-session/end-session-routes.ts";
import { changeEmailPage } from "./links/change-email.ts";
import { linkRoutes } from "./links/link-routes.ts";
import { magicLinkMail } from "./links/magic-link.ts";
import { newMailRoutes } from "./links/new-mail.ts";
import { passwordResetMail, resetPasswordPage } from "./links/reset-password.ts";
import { newVerificationMail, verifyEmailPage } from "./links/verify-email.ts";
import { passkeysScriptRoutes } from "./passkeys/script-routes.ts";
import { magicLinkRoutes } from "./sign-in/magic-link-routes.ts";
import { passkeyPageRoutes } from "./sign-in/passkey-routes.ts";
import { providerPageRoutes } from "./sign-in/provider-routes.ts";
import { secondFactorPageRoutes } from "./sign-in/second-factor-routes.ts";
import { signInRoutes } from "./sign-in/sign-in-routes.ts";
import { setUpRoutes } from "./set-up/set-up-routes.ts";
import { verifyCodeRoutes } from "./sign-in/verify-code-routes.ts";
import { signOutRoutes } from "./sign-out/sign-out-routes.ts";
import { signUpRoutes } from "./sign-up/sign-up-routes.ts";
import { siteRoutes } from "./site/site-routes.ts";

/** What the routes of the pages need. */
export type PagesParts = RouteParts & { readonly providers: ReadonlyMap<string, Provider> };

/**
 * All pages: those behind the links in mails, those of sign-up, sign-in and sign-out, the account page, those of
 * authorization requests, and the small paths.
 */
export function pagesRoutes(parts: PagesParts) {
  return [
    ...linkPages(parts),
    ...signInPages(parts),
    accountRoutes(parts),
    authorizeRoutes(parts),
    endSessionRoutes(parts),
    deviceRoutes(parts),
    siteRoutes({ kit: parts.kit, settings: parts.platform.settings }),
  ] as const;
}

/** The pages behind the links in mails, and the forms that request new mails. */
function linkPages({ kit, platform }: RouteParts) {
  const base = { kit, platform };
  return [
    linkRoutes({ ...base, page: verifyEmailPage }),
    newMailRoutes({ ...base, newMail: newVerificationMail }),
    newMailRoutes({ ...base, newMail: magicLinkMail }),
    linkRoutes({ ...base, page: resetPasswordPage(platform.settings) }),
    newMailRoutes({ ...base, newMail: passwordResetMail }),
    linkRoutes({ ...base, page: changeEmailPage }),
  ] as const;
}

/** The pages that sign up, in and out, and the script that passkeys need. */
function signInPages({ providers, ...parts }: PagesParts) {
  const all = { ...parts, social: createSocialLogin(parts.platform, providers) };
  return [
    signInRoutes(all),
    magicLinkRoutes(all),
    passkeyPageRoutes(all),
    providerPageRoutes(all),
    secondFactorPageRoutes(all),
    verifyCodeRoutes(all),
    signUpRoutes(all),
    setUpRoutes(parts),
    signOutRoutes(parts),
    passkeysScriptRoutes(parts),
  ] as const;
}
