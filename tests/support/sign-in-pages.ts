import type { Reader } from "../../src/features/pages/kit/page-request.ts";
import { sharedTexts } from "../../src/features/pages/kit/shared-texts.ts";
import { verifyCodePage } from "../../src/features/pages/links/verify-code.ts";
import {
  type SecondFactorForm,
  secondFactorStep,
} from "../../src/features/pages/sign-in/second-factor-page.ts";
import {
  type SignInForm,
  type SignInOffer,
  signInStep,
} from "../../src/features/pages/sign-in/sign-in-page.ts";
import { signInTexts } from "../../src/features/pages/sign-in/sign-in-texts.ts";
import { unverifiedPage } from "../../src/features/pages/sign-in/unverified-page.ts";
import { signedOutPage, signOutPage } from "../../src/features/pages/sign-out/sign-out-page.ts";
import {
  closedPage,
  type SignUpForm,
  signUpPage,
  type SignUpSettings,
} from "../../src/features/pages/sign-up/sign-up-page.ts";
import {
  type SetUpForm,
  setUpFailedPage,
  setUpPage,
} from "../../src/features/pages/set-up/set-up-page.ts";
import { mailSentPage } from "../../src/features/pages/sign-up/mail-sent-page.ts";
import { PasswordMismatchError, WeakPasswordError } from "../../src/features/passwords/index.ts";
import { AppError, type ErrorCode } from "../../src/kernel/errors.ts";

const everything: SignInOffer = {
  providers: ["github", "google", "keycloak"],
  mayRegister: true,
};
const nothing: SignInOffer = { providers: [], mayRegister: false };

const signUpSettings: SignUpSettings = {
  passwordMinLength: 8,
  passwordRequire: ["upper", "lower", "digit", "symbol"],
  passwordlessSignUp: true,
  registration: "open",
};

/** Every state of the pages for sign-up, sign-in and sign-out, by the path at which it is shown. */
export function signInPages(
  reader: Reader,
  { token, email }: { readonly token: string; readonly email: string },
): Record<string, Record<string, string>> {
  const { unavailable, tooMany } = sharedTexts[reader.language];
  const texts = signInTexts[reader.language];
  const returnTo = null;
  const signIn = (form: Partial<SignInForm>, offer = everything): string =>
    signInStep(reader, offer, { returnTo, ...form }).html;
  const secondFactor = (form: Partial<SecondFactorForm>): string => {
    const shown = { at: "/sign-in/second-factor", returnTo, mfaToken: token, hasPasskey: true };
    return secondFactorStep(reader, { ...shown, ...form }).html;
  };
  const entered = { email, username: "ada", name: "Ada" };
  const signUp = (form: Partial<SignUpForm>, settings: Partial<SignUpSettings> = {}): string =>
    signUpPage(reader, { ...signUpSettings, ...settings }, { returnTo, ...form });
  const refused = (code: ErrorCode, field: string): string =>
    signUp({ entered, errors: [new AppError(code, "", { faults: [{ field, issue: "" }] })] });
  const setUp = (form: Partial<SetUpForm>): string =>
    setUpPage(reader, signUpSettings, { token, ...form });
  const weak = new WeakPasswordError("password", [{ code: "too_short", length: 8 }]);
  const providerDone = "/sign-in/provider/google/done";

  return {
    "/sign-in": {
      everything: signIn({}),
      "password and mail": signIn({}, nothing),
      "wrong password": signIn({ identifier: email, alert: texts.wrong }),
      "no identifier": signIn({ identifier: email, isFaulty: true }),
      throttled: signIn({ identifier: email, alert: tooMany }),
      unavailable: signIn({ identifier: email, alert: unavailable }),
      unverified: unverifiedPage(reader, { at: "/sign-in", returnTo, email }),
    },
    "/sign-in/passkey": {
      refused: signIn({ at: "/sign-in/passkey", alert: texts.passkeyRefused }),
    },
    "/sign-in/second-factor": {
      asked: secondFactor({}),
      "without a passkey": secondFactor({ hasPasskey: false }),
      "wrong code": secondFactor({ isFaulty: true }),
      throttled: secondFactor({ alert: tooMany }),
      expired: signIn({ at: "/sign-in/second-factor", alert: texts.startAgain }),
    },
    [providerDone]: {
      cancelled: signIn({ at: providerDone, alert: texts.cancelled }),
      conflict: signIn({ at: providerDone, alert: texts.providerConflict }),
      down: signIn({ at: providerDone, alert: texts.providerDown }),
      unknown: signIn({ at: providerDone, alert: texts.noProvider }),
      closed: signIn({ at: providerDone, alert: texts.closed }),
      interrupted: signIn({ at: providerDone, alert: texts.startAgain }),
    },
    "/verify-email/code": {
      "wrong code": verifyCodePage(reader, { email, returnTo, faultyField: "code" }),
      "no address": verifyCodePage(reader, { email, returnTo, faultyField: "address" }),
      unavailable: verifyCodePage(reader, { email, returnTo, alert: unavailable }),
      confirmed: signIn({ at: "/verify-email/code", identifier: email, done: texts.confirmed }),
    },
    "/sign-up": {
      start: signUp({}),
      "with a password": signUp({}, { passwordlessSignUp: false }),
      "no address": refused("INVALID_EMAIL", "email"),
      "taken address": refused("DUPLICATE_EMAIL", "email"),
      "refused domain": refused("REGISTRATION_CLOSED", "email"),
      "taken username": refused("DUPLICATE_USERNAME", "username"),
      "refused username": refused("VALIDATION_ERROR", "username"),
      "refused name": refused("VALIDATION_ERROR", "name"),
      "no password": refused("VALIDATION_ERROR", "password"),
      "weak password": signUp({ entered, errors: [weak] }),
      mismatch: refused("PASSWORD_MISMATCH", "password_confirmation"),
      "several faults": signUp({
        entered,
        errors: [
          new AppError("INVALID_EMAIL", ""),
          new PasswordMismatchError("password", [{ code: "too_short", length: 8 }]),
        ],
      }),
      throttled: signUp({ entered, alert: tooMany }),
      unavailable: signUp({ entered, alert: unavailable }),
      closed: closedPage(reader, { registration: "closed" }, returnTo),
      "by invitation": closedPage(reader, { registration: "invite" }, returnTo),
      "mail sent": mailSentPage(reader, { email, returnTo }),
    },
    "/set-up": {
      start: setUp({}),
      "taken address": setUp({ entered, errors: [new AppError("DUPLICATE_EMAIL", "")] }),
      "weak password": setUp({ entered, errors: [weak] }),
      unavailable: setUp({ entered, alert: unavailable }),
      invalid: setUpFailedPage(reader, "invalid"),
      expired: setUpFailedPage(reader, "expired"),
    },
    "/sign-out": {
      asked: signOutPage(reader, { email, returnTo }),
      done: signedOutPage(reader, returnTo),
      "done, with an application": signedOutPage(reader, "/account"),
    },
  };
}
