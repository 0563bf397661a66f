import { accountPages } from "./account-catalogue.ts";
import { WeakPasswordError } from "../../src/features/passwords/index.ts";
import { AppError } from "../../src/kernel/errors.ts";
import { type Brand, brandOf } from "../../src/platform/brand/brand.ts";
import type { Language } from "../../src/kernel/language.ts";
import {
  askDevicePage,
  deviceDonePage,
  enterCodePage,
} from "../../src/features/pages/device/device-pages.ts";
import {
  askPage,
  faultPage as logoutFaultPage,
  signedOutPage,
} from "../../src/features/pages/end-session/pages.ts";
import { consentPage } from "../../src/features/pages/authorize/consent-page.ts";
import { faultPage } from "../../src/features/pages/authorize/fault-page.ts";
import { formPostPage } from "../../src/features/pages/authorize/form-post-page.ts";
import { authorizePath, secondFactorPath } from "../../src/features/pages/authorize/paths.ts";
import { stepUpPage } from "../../src/features/pages/authorize/second-factor-page.ts";
import { changeEmailPage } from "../../src/features/pages/links/change-email.ts";
import { confirmPage, donePage, failedPage } from "../../src/features/pages/links/link-page.ts";
import {
  codePage,
  magicLinkMail,
  magicLinkPage,
  signedInPage,
} from "../../src/features/pages/links/magic-link.ts";
import { errorPage } from "../../src/features/pages/kit/error-page.ts";
import { magicLinkTexts } from "../../src/features/pages/links/magic-link-texts.ts";
import { mailFormPage } from "../../src/features/pages/links/new-mail.ts";
import {
  passwordResetMail,
  resetPasswordPage,
} from "../../src/features/pages/links/reset-password.ts";
import { otherSitePage } from "../../src/features/pages/kit/other-site.ts";
import { noMailPage, signedUpPage } from "../../src/features/pages/kit/no-mail.ts";
import type { ReaderSettings } from "../../src/features/pages/kit/page-request.ts";
import { sharedTexts } from "../../src/features/pages/kit/shared-texts.ts";
import {
  newVerificationMail,
  verifyEmailPage,
} from "../../src/features/pages/links/verify-email.ts";
import { signInPages } from "./sign-in-pages.ts";

/** The parts of a page that a request or the settings decide. */
export interface Received {
  readonly serviceName: string;
  readonly supportEmail?: string | null;
  readonly appUrl?: string | null;
  readonly token: string;
  readonly email: string;
}

const harmless: Received = {
  serviceName: "Acme Notes",
  supportEmail: "help@acme.example",
  token: "abc_-123",
  email: "ada@example.com",
};

/** A brand without a logo. */
export function brandFor(
  given: Partial<Pick<Received, "serviceName" | "appUrl" | "supportEmail">> = {},
): Brand {
  return brandOf(brandSettings(given));
}

/** The settings of such a brand. */
function brandSettings(
  given: Partial<Pick<Received, "serviceName" | "appUrl" | "supportEmail">> = {},
): ReaderSettings {
  const { serviceName: brandName = "Acme Notes", appUrl = null, supportEmail = null } = given;
  const brand = { brandName, brandColor: "#1f5fd0", brandLogo: null, appUrl, supportEmail };
  return { ...brand, mailTransport: "smtp" };
}

function requestIn(language: Language): Request {
  return new Request("http://localhost/magic-link", { headers: { "accept-language": language } });
}

/** The name of the one page whose form posts to the address of a client, by a script of its own. */
export const formPost = "form post";

/** Every page in a language, with a name for the output of the test, and the path at which it is shown. */
export function everyPage(
  language: Language,
  { serviceName, token, email, appUrl = null, supportEmail = null }: Received = harmless,
): Array<{ name: string; at: string; html: string }> {
  const brand = brandFor({ serviceName, appUrl, supportEmail });
  const reader = { brand, language, sendsMail: true };
  const silent = { ...reader, sendsMail: false };
  const { unavailable } = sharedTexts[language];
  const resetPage = resetPasswordPage({
    passwordMinLength: 8,
    passwordRequire: ["upper", "lower", "digit", "symbol"],
  });
  const weak = new WeakPasswordError("password", [
    { code: "too_short", length: 8 },
    { code: "missing_digit" },
  ]);
  const mismatch = new AppError("PASSWORD_MISMATCH", "The password confirmation does not match.");
  const stepUp = {
    at: authorizePath,
    clientName: serviceName,
    hasFactor: true,
    to: secondFactorPath,
    kept: { request: token, proof: token },
    signInAddress: `/sign-in?return_to=${encodeURIComponent(token)}&prompt=login`,
  };
  const sent = { email, returnTo: null };
  const { otherBrowser } = magicLinkTexts[language];
  const mailFormAt = (at: string, fault: "address" | "unavailable") =>
    fault === "address"
      ? { at, to: at, email, isFaulty: true }
      : { at, to: at, email, alert: unavailable };
  const pages = {
    "/verify-email": {
      confirm: confirmPage(verifyEmailPage, reader, { token }),
      "confirm again": confirmPage(verifyEmailPage, reader, { token, alert: unavailable }),
      done: donePage(verifyEmailPage, reader),
      invalid: failedPage(verifyEmailPage, reader, "invalid"),
      expired: failedPage(verifyEmailPage, reader, "expired"),
      code: verifyEmailPage.startPage(reader, null),
      "signed up without a mail": signedUpPage(silent),
    },
    "/verify-email/resend": {
      sent: newVerificationMail.sentPage(reader, sent),
      "no address": mailFormPage(reader, mailFormAt("/verify-email/resend", "address")),
      unavailable: mailFormPage(reader, mailFormAt("/verify-email/resend", "unavailable")),
    },
    "/magic-link": {
      confirm: confirmPage(magicLinkPage, reader, { token }),
      unavailable: confirmPage(magicLinkPage, reader, { token, alert: unavailable }),
      "other site": otherSitePage(brandSettings({ serviceName, appUrl, supportEmail }))(
        requestIn(language),
      ).html,
      "signed in": signedInPage(reader, "/account"),
      request: magicLinkPage.startPage(reader, null),
      "other browser": codePage(reader, { ...sent, at: "/magic-link", alert: otherBrowser }),
      invalid: failedPage(magicLinkPage, reader, "invalid"),
      expired: failedPage(magicLinkPage, reader, "expired"),
    },
    "/magic-link/resend": {
      sent: magicLinkMail.sentPage(reader, sent),
      "no address": magicLinkMail.formPage(reader, mailFormAt("/magic-link/resend", "address")),
    },
    "/magic-link/code": {
      "wrong code": codePage(reader, { ...sent, faultyField: "code" }),
      "no address": codePage(reader, { ...sent, faultyField: "address" }),
    },
    "/reset-password": {
      choose: confirmPage(resetPage, reader, { token }),
      "choose better": confirmPage(resetPage, reader, { token, error: weak }),
      "choose the same": confirmPage(resetPage, reader, { token, error: mismatch }),
      "choose again": confirmPage(resetPage, reader, { token, alert: unavailable }),
      done: donePage(resetPage, reader),
      request: resetPage.startPage(reader),
      invalid: failedPage(resetPage, reader, "invalid"),
      expired: failedPage(resetPage, reader, "expired"),
    },
    "/reset-password/resend": {
      sent: passwordResetMail.sentPage(reader),
      "no mail": noMailPage(silent),
    },
    "/change-email": {
      confirm: confirmPage(changeEmailPage, reader, { token }),
      "confirm again": confirmPage(changeEmailPage, reader, { token, alert: unavailable }),
      done: donePage(changeEmailPage, reader),
      invalid: failedPage(changeEmailPage, reader, "invalid"),
      expired: failedPage(changeEmailPage, reader, "expired"),
      conflict: failedPage(changeEmailPage, reader, "conflict"),
    },
    "/device": {
      "enter a code": enterCodePage(reader, { at: "/device" }),
      unavailable: enterCodePage(reader, { at: "/device", code: "BCDF-GHJK", alert: unavailable }),
    },
    "/device/code": {
      "wrong code": enterCodePage(reader, { at: "/device/code", code: token, isFaulty: true }),
      ask: askDevicePage(reader, {
        at: "/device/code",
        code: "BCDF-GHJK",
        clientName: serviceName,
        scopes: ["openid", token],
        resource: null,
        email,
      }),
    },
    "/device/second-factor": {
      "wrong code": stepUpPage(reader, {
        ...stepUp,
        at: "/device/second-factor",
        to: "/device/second-factor",
        kept: { user_code: "BCDF-GHJK" },
        isFaulty: true,
      }),
    },
    "/device/decision": {
      connected: deviceDonePage(reader, true),
      "not connected": deviceDonePage(reader, false),
    },
    "/oauth/end-session": {
      ask: askPage(reader, { at: "/oauth/end-session", clientName: email, query: token }),
      "ask without a client": askPage(reader, {
        at: "/oauth/end-session",
        clientName: null,
        query: token,
      }),
      done: signedOutPage(reader),
      fault: logoutFaultPage(reader),
    },
    "/oauth/authorize": {
      consent: consentPage(reader, {
        at: authorizePath,
        clientName: serviceName,
        scopes: ["openid", "profile", "email", "phone", "roles", "offline_access", token],
        resource: `urn:notes:${token}`,
        email,
        redirectUri: "https://notes.example/callback",
        query: token,
        proof: token,
      }),
      "unknown client": faultPage(reader, "unknown_client"),
      "wrong redirect": faultPage(reader, "wrong_redirect_uri"),
      "unusable request": faultPage(reader, "unusable_request"),
      "expired request": faultPage(reader, "expired_request"),
      [formPost]: formPostPage(reader, {
        kind: "redirect",
        mode: "form_post",
        redirectUri: "com.example.notes:/callback",
        fields: { code: token, state: token },
      }),
      "second factor": stepUpPage(reader, stepUp),
      "no second factor": stepUpPage(reader, { ...stepUp, hasFactor: false }),
    },
    "/oauth/authorize/second-factor": {
      "wrong code": stepUpPage(reader, { ...stepUp, at: secondFactorPath, isFaulty: true }),
      unavailable: stepUpPage(reader, { ...stepUp, at: secondFactorPath, alert: unavailable }),
    },
    ...accountPages(reader, email),
    "/nowhere": Object.fromEntries(
      [400, 401, 404, 405, 413, 415, 429, 500, 503].map((status) => [
        String(status),
        errorPage(reader, { status, requestId: "0193456a" }),
      ]),
    ),
    ...signInPages(reader, { token, email }),
  };
  return Object.entries(pages).flatMap(([at, named]) =>
    Object.entries(named).map(([name, html]) => ({ name: `${at} ${name} ${language}`, at, html })),
  );
}
