import { WeakPasswordError } from "../../src/features/passwords/index.ts";
import { AppError } from "../../src/kernel/errors.ts";
import type { RefreshCookie } from "../../src/platform/http/refresh-cookie.ts";
import type { Language } from "../../src/kernel/language.ts";
import {
  askPage,
  faultPage as logoutFaultPage,
  signedOutPage,
} from "../../src/features/pages/end-session/pages.ts";
import { changeEmailPage } from "../../src/features/pages/links/change-email.ts";
import { confirmPage, donePage, failedPage } from "../../src/features/pages/links/link-page.ts";
import {
  codePage,
  magicLinkMail,
  magicLinkPage,
  signedInBody,
} from "../../src/features/pages/links/magic-link.ts";
import { mailFormPage } from "../../src/features/pages/links/new-mail.ts";
import {
  passwordResetMail,
  resetPasswordPage,
} from "../../src/features/pages/links/reset-password.ts";
import { otherSitePage } from "../../src/features/pages/kit/other-site.ts";
import { sharedTexts } from "../../src/features/pages/kit/shared-texts.ts";
import {
  newVerificationMail,
  verifyEmailPage,
} from "../../src/features/pages/links/verify-email.ts";

/** The parts of a page that a request or the settings decide. */
export interface Received {
  readonly serviceName: string;
  readonly token: string;
  readonly email: string;
}

const harmless: Received = {
  serviceName: "Acme Notes",
  token: "abc_-123",
  email: "ada@example.com",
};

const noCookie: RefreshCookie = {
  isEnabled: false,
  deliver: (_headers, tokens) => tokens,
  read: () => null,
  peek: () => null,
  assertMayBeSet() {},
  clear() {},
};

function requestIn(language: Language): Request {
  return new Request("http://localhost/magic-link", { headers: { "accept-language": language } });
}

/** Every page in a language, with a name for the output of the test, and the path at which it is shown. */
export function everyPage(
  language: Language,
  { serviceName, token, email }: Received = harmless,
): Array<{ name: string; at: string; html: string }> {
  const reader = { serviceName, language };
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
  const magicPage = magicLinkPage(noCookie);
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
    },
    "/verify-email/resend": {
      sent: newVerificationMail.sentPage(reader),
      "no address": mailFormPage(reader, mailFormAt("/verify-email/resend", "address")),
      unavailable: mailFormPage(reader, mailFormAt("/verify-email/resend", "unavailable")),
    },
    "/magic-link": {
      confirm: confirmPage(magicPage, reader, { token }),
      unavailable: confirmPage(magicPage, reader, { token, alert: unavailable }),
      "other site": otherSitePage({ serviceName })(requestIn(language)).html,
      request: magicPage.startPage(reader),
      "signed in": donePage(magicPage, reader, signedInBody(reader)),
      "other browser": magicPage.otherBrowserPage(reader),
      invalid: failedPage(magicPage, reader, "invalid"),
      expired: failedPage(magicPage, reader, "expired"),
    },
    "/magic-link/resend": {
      sent: magicLinkMail.sentPage(reader, email),
      "no address": magicLinkMail.formPage(reader, mailFormAt("/magic-link/resend", "address")),
    },
    "/magic-link/code": {
      "wrong code": codePage(reader, { email, faultyField: "code" }),
      "no address": codePage(reader, { email, faultyField: "address" }),
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
    "/reset-password/resend": { sent: passwordResetMail.sentPage(reader) },
    "/change-email": {
      confirm: confirmPage(changeEmailPage, reader, { token }),
      "confirm again": confirmPage(changeEmailPage, reader, { token, alert: unavailable }),
      done: donePage(changeEmailPage, reader),
      invalid: failedPage(changeEmailPage, reader, "invalid"),
      expired: failedPage(changeEmailPage, reader, "expired"),
      conflict: failedPage(changeEmailPage, reader, "conflict"),
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
  };
  return Object.entries(pages).flatMap(([at, named]) =>
    Object.entries(named).map(([name, html]) => ({ name: `${at} ${name} ${language}`, at, html })),
  );
}
