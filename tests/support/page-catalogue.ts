import * as changeEmail from "../../src/features/pages/change-email/pages.ts";
import type { Language } from "../../src/features/pages/language.ts";
import { askAgainPage } from "../../src/features/pages/mail-form.ts";
import * as magicLink from "../../src/features/pages/magic-link/pages.ts";
import * as resetPassword from "../../src/features/pages/reset-password/pages.ts";
import * as verifyEmail from "../../src/features/pages/verify-email/pages.ts";

/** The languages of our pages. */
export const pageLanguages: readonly Language[] = ["en", "de", "es", "zh"];

/** Text of an attacker that a page may have to show. */
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

/** Every page of ours in a language, by a name for the test's output, with the path at which it is shown. */
export function everyPage(
  language: Language,
  { serviceName, token, email }: Received = harmless,
): Array<{ name: string; at: string; html: string }> {
  const reader = { serviceName, language };
  const rules = {
    passwordMinLength: 8,
    passwordRequire: ["upper", "lower", "digit", "symbol"],
  } as const;
  const faults = [
    { field: "password", issue: "The password must have at least 8 characters." },
    { field: "password", issue: "The password must contain a digit." },
  ];
  const mismatch = [{ field: "password_confirmation", issue: "Passwords do not match." }];
  const resend = verifyEmail.resendVerificationPath;
  const tokens = { accessToken: "e.y.j".repeat(150), refreshToken: "e.y.k".repeat(100) };
  const pages = {
    "/verify-email": {
      confirm: verifyEmail.confirmPage(reader, { token }),
      "confirm again": verifyEmail.confirmPage(reader, { token, isRepeated: true }),
      done: verifyEmail.confirmedPage(reader),
      invalid: verifyEmail.failedPage(reader, "invalid"),
      expired: verifyEmail.failedPage(reader, "expired"),
    },
    "/verify-email/resend": {
      sent: verifyEmail.resentPage(reader),
      "no address": askAgainPage(reader, { at: resend, to: resend, email, fault: "address" }),
      away: askAgainPage(reader, { at: resend, to: resend, email, fault: "away" }),
    },
    "/magic-link": {
      confirm: magicLink.linkPage(reader, { token }),
      away: magicLink.linkPage(reader, { token, fault: "away" }),
      foreign: magicLink.linkPage(reader, { token, fault: "foreign" }),
      ask: magicLink.signInPage(reader, { at: "/magic-link" }),
      "signed in by cookie": magicLink.signedInPage(reader, null),
      "signed in": magicLink.signedInPage(reader, tokens),
      invalid: magicLink.failedPage(reader, "invalid"),
      expired: magicLink.failedPage(reader, "expired"),
    },
    "/magic-link/resend": {
      sent: magicLink.askedPage(reader, email),
      "no address": magicLink.signInPage(reader, {
        at: magicLink.askMagicLinkPath,
        email,
        fault: "address",
      }),
    },
    "/magic-link/code": {
      "wrong code": magicLink.codePage(reader, { email, fault: "code" }),
      "no address": magicLink.codePage(reader, { email, fault: "address" }),
      foreign: magicLink.codePage(reader, { email, fault: "foreign" }),
    },
    "/reset-password": {
      choose: resetPassword.choosePage(reader, { token, rules }),
      "choose better": resetPassword.choosePage(reader, { token, rules, faults }),
      "choose the same": resetPassword.choosePage(reader, { token, rules, faults: mismatch }),
      "choose again": resetPassword.choosePage(reader, { token, rules, isRepeated: true }),
      done: resetPassword.changedPage(reader),
      ask: resetPassword.askPage(reader),
      invalid: resetPassword.failedPage(reader, "invalid"),
      expired: resetPassword.failedPage(reader, "expired"),
    },
    "/reset-password/resend": { sent: resetPassword.askedPage(reader) },
    "/change-email": {
      confirm: changeEmail.confirmPage(reader, { token }),
      "confirm again": changeEmail.confirmPage(reader, { token, isRepeated: true }),
      done: changeEmail.changedPage(reader),
      invalid: changeEmail.failedPage(reader, "invalid"),
      expired: changeEmail.failedPage(reader, "expired"),
      taken: changeEmail.failedPage(reader, "taken"),
    },
  };
  return Object.entries(pages).flatMap(([at, named]) =>
    Object.entries(named).map(([name, html]) => ({ name: `${at} ${name} ${language}`, at, html })),
  );
}
