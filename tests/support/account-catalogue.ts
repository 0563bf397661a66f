import type { RefreshCookie } from "../../src/platform/http/refresh-cookie.ts";
import { loadSettings } from "../../src/platform/config/load-settings.ts";
import { accountPage, doneReport } from "../../src/features/pages/account/account-page.ts";
import type { AccountForm, ShownForm } from "../../src/features/pages/account/account-form.ts";
import { accountTexts } from "../../src/features/pages/account/account-texts.ts";
import type { AccountView } from "../../src/features/pages/account/account-view.ts";
import { confirmPage } from "../../src/features/pages/account/confirm-link-routes.ts";
import { continuePage } from "../../src/features/pages/account/continue-page.ts";
import { deletedPage } from "../../src/features/pages/account/delete-account.ts";
import {
  backLink,
  formPage,
  notFoundPage,
  unavailablePage,
} from "../../src/features/pages/account/fault-pages.ts";
import { createAccountForms } from "../../src/features/pages/account/forms-of-account.ts";
import { profileValues } from "../../src/features/pages/account/profile.ts";
import { askToLinkPage } from "../../src/features/pages/account/providers.ts";
import { reauthenticateForm } from "../../src/features/pages/account/reauthenticate.ts";
import { recoveryCodesPage } from "../../src/features/pages/account/recovery-codes-page.ts";
import { findReport } from "../../src/features/pages/account/reports.ts";
import { onAlreadyPage, setUpPage } from "../../src/features/pages/account/second-factor.ts";
import { signedOutPage } from "../../src/features/pages/account/sessions.ts";
import { otherUserPage } from "../../src/features/pages/kit/bound-forms.ts";
import { type Page, renderPage } from "../../src/features/pages/kit/layout.ts";
import type { Reader } from "../../src/features/pages/kit/page-request.ts";
import { sharedTexts } from "../../src/features/pages/kit/shared-texts.ts";
import { WeakPasswordError } from "../../src/features/passwords/index.ts";
import { createSocialLogin } from "../../src/features/social-login/index.ts";
import type { UserActor } from "../../src/kernel/context.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { AppError, type ErrorCode } from "../../src/kernel/errors.ts";
import { qrCode } from "../../src/platform/totp/totp.ts";

const { settings } = loadSettings(
  { ENVIRONMENT: "test", JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only" },
  { isTerminal: false, generateSecret: () => "never asked for" },
);

const at = "/account";
const time = new Date("2026-03-04T05:06:07Z");
const secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

const all = { hasPassword: true, hasSecondFactor: true, hasPasskey: true, recoveryCodes: 9 };
const none = { hasPassword: false, hasSecondFactor: false, hasPasskey: false, recoveryCodes: 0 };

function errorOf(code: ErrorCode, ...fields: string[]): AppError {
  const faults = fields.map((field) => ({ field, issue: "Is wrong." }));
  return new AppError(code, "It is wrong.", { faults });
}

function userOf(text: string): UserActor {
  return {
    kind: "user",
    userId: "0193456a-0000-7000-8000-000000000001",
    sessionId: "0193456a-0000-7000-8000-000000000002",
    email: text,
    username: text,
    name: text,
    emailVerified: false,
    roles: ["user"],
    permissions: [],
    amr: ["pwd"],
    profile: { phone: text, avatarUrl: text, locale: "pt-BR", metadata: {} },
    createdAt: time.toISOString(),
    updatedAt: time.toISOString(),
    tokenExpiresAt: time,
    grant: null,
  };
}

/** A view with an entry in every list, and with `text` in every text that a user or a provider chooses. */
function fullView(user: UserActor, text: string): AccountView {
  const times = { createdAt: time, lastUsedAt: time, expiresAt: time };
  const id = user.sessionId;
  return {
    user,
    security: all,
    passkeys: [text, "Laptop"].map((name, index) => ({
      id: `${id}${index}`,
      name,
      aaguid: id,
      transports: [],
      isBackupEligible: true,
      isBackedUp: true,
      createdAt: time,
      lastUsedAt: index === 0 ? null : time,
    })),
    identities: [
      { id, provider: "github", email: text, ...times },
      { id: `${id}0`, provider: "acme", email: null, ...times },
    ],
    devices: [{ id, userAgent: text, ...times }],
    consents: [
      {
        id,
        clientId: "client",
        clientName: text,
        scopes: ["openid", "email"],
        resources: [{ resource: "urn:notes", scopes: ["openid"] }],
        grantedAt: times.createdAt,
      },
    ],
    sessions: [
      {
        id,
        ipAddress: "192.0.2.7",
        userAgent: "Mozilla/5.0 (X11; Linux) Firefox/140.0",
        ...times,
        ...ofNoClient,
      },
      { id: `${id}0`, ipAddress: null, userAgent: text, ...times, ...ofNoClient },
      { id: `${id}1`, ipAddress: null, userAgent: null, ...times, clientId: "c", clientName: text },
    ],
    providers: ["github", "google"],
  };
}

const ofNoClient = { clientId: null, clientName: null };

/** The pages of the account in every state, by their path and a name. `text` is what users and providers choose. */
export function accountPages(reader: Reader, text: string): Record<string, Record<string, string>> {
  const cookie: Pick<RefreshCookie, "clear"> = { clear() {} };
  const social = createSocialLogin({ settings, clock: systemClock }, new Map());
  const forms = createAccountForms({ settings, cookie, social });
  const texts = accountTexts[reader.language];
  const user = userOf(text);
  const full = fullView(user, text);
  const empty: AccountView = {
    ...full,
    user: { ...user, emailVerified: true },
    security: none,
    passkeys: [],
    identities: [],
    devices: [],
    consents: [],
    providers: [],
  };
  const page = ({ title, body }: Page) => renderPage(reader, { title, body });
  const formOf = (path: string): AccountForm => {
    const form = forms.all.find((found) => found.path === path);
    if (!form) throw new Error(`no form ${path}`);
    return form;
  };
  const again = (
    path: string,
    error: AppError | null,
    given: Partial<Pick<ShownForm, "values" | "security">> & { reason?: string } = {},
  ): string => {
    const form = formOf(path);
    const { reason, values = {}, security = all } = given;
    const shown = { reader, at: path, security, values, error };
    const title =
      form === reauthenticateForm ? texts.reauthentication.title : texts.sections[form.section];
    return formPage(shown, form, { title, ...(reason === undefined ? {} : { reason }) });
  };
  const { tooMany, unavailable } = sharedTexts[reader.language];
  const weak = new WeakPasswordError("new_password", [{ code: "too_short", length: 8 }]);
  const link = { provider: "github", userId: user.userId, email: text };
  const report = (query: Record<string, string>) =>
    accountPage(reader, empty, { forms, report: findReport(reader, query) });
  const wrongPassword = errorOf("INVALID_CREDENTIALS", "password");
  const wrongCode = errorOf("INVALID_CODE");
  const named = { values: { id: user.userId, name: text } };
  const askToLink = askToLinkPage(reader, { provider: "github", email: text });
  return {
    [at]: {
      full: accountPage(reader, full, { forms, report: null }),
      empty: accountPage(reader, empty, { forms, report: doneReport(reader, "profile") }),
      "not linked": report({ error: "conflict" }),
      "not linked for another reason": report({ error: text }),
      unavailable: unavailablePage(reader, at, unavailable),
    },
    "/account/profile": {
      "wrong fields": again("/account/profile", errorOf("VALIDATION_ERROR", "name", "phone"), {
        values: profileValues(user),
      }),
      "taken username": again("/account/profile", errorOf("DUPLICATE_USERNAME", "username"), {
        values: profileValues(user),
      }),
      unavailable: again("/account/profile", null, {
        values: profileValues(user),
        reason: unavailable,
      }),
    },
    "/account/email": {
      "no address": again("/account/email", errorOf("INVALID_EMAIL", "new_email"), {
        values: { new_email: text },
      }),
      "wrong password": again("/account/email", wrongPassword),
      "no password": again("/account/email", errorOf("VALIDATION_ERROR", "password")),
      "other domain": again("/account/email", errorOf("REGISTRATION_CLOSED", "new_email")),
      "too many": again("/account/email", null, { reason: tooMany }),
    },
    "/account/password": {
      "wrong password": again(
        "/account/password",
        errorOf("INVALID_CREDENTIALS", "current_password"),
      ),
      weak: again("/account/password", weak),
      mismatch: again("/account/password", errorOf("PASSWORD_MISMATCH")),
    },
    "/account/password/mail": {
      "too many": again("/account/password/mail", null, { security: none, reason: tooMany }),
    },
    "/account/second-factor/set-up": {
      begun: page(setUpPage(reader, { secret, otpauthUrl: "", qrSvg: qrCode(secret) })),
      on: again("/account/second-factor/set-up", errorOf("CONFLICT")),
    },
    "/account/second-factor/enable": {
      "wrong code": again("/account/second-factor/enable", wrongCode),
      "not begun": again("/account/second-factor/enable", errorOf("CONFLICT")),
      "on already": page(onAlreadyPage(reader, all)),
      codes: page(
        recoveryCodesPage(reader, {
          at: "/account/second-factor/enable",
          title: texts.secondFactor.enabled,
          codes: ["AAAA-BBBB-CCCC-DDDD", "EEEE-FFFF-GGGG-HHHH"],
        }),
      ),
    },
    "/account/second-factor/recovery-codes": {
      "wrong code": again("/account/second-factor/recovery-codes", wrongCode),
    },
    "/account/second-factor/disable": {
      "wrong code": again("/account/second-factor/disable", wrongCode),
      "wrong password": again("/account/second-factor/disable", wrongPassword),
    },
    "/account/applications/withdraw": {
      missing: notFoundPage(reader, "/account/applications/withdraw"),
    },
    "/account/devices/revoke": { missing: notFoundPage(reader, "/account/devices/revoke") },
    "/account/passkeys": {
      fault: again("/account/passkeys", errorOf("VALIDATION_ERROR", "response")),
      "wrong name": again("/account/passkeys", errorOf("VALIDATION_ERROR", "name"), named),
    },
    "/account/passkeys/rename": {
      "wrong name": again("/account/passkeys/rename", errorOf("VALIDATION_ERROR", "name"), named),
    },
    "/account/passkeys/remove": { last: again("/account/passkeys/remove", errorOf("CONFLICT")) },
    "/account/providers/link": {
      ask: page({
        ...askToLink,
        body: `${askToLink.body}\n${backLink(reader, "/account/providers/link")}`,
      }),
      fault: again("/account/providers/link", errorOf("VALIDATION_ERROR"), {
        values: { provider: "github" },
      }),
      unavailable: again("/account/providers/link", null, {
        values: { provider: "github" },
        reason: texts.linkFaults.unavailable,
      }),
      continue: page(
        continuePage(reader, { location: "/provider", provider: "github", headers: {} }),
      ),
    },
    "/account/providers/confirm": {
      ask: confirmPage(reader, { ticket: text, link }),
      unavailable: confirmPage(reader, { ticket: text, link, reason: unavailable }),
      "other account": confirmPage(reader, { ticket: text, link, isOther: true }),
      invalid: confirmPage(reader, { ticket: text, link: null }),
    },
    "/account/providers/unlink": { last: again("/account/providers/unlink", errorOf("CONFLICT")) },
    "/account/sessions/revoke": {
      "another user": otherUserPage(reader, { at: "/account/sessions/revoke", email: text }),
      "signed out": page(signedOutPage(reader)),
    },
    "/account/delete": {
      "wrong password": again("/account/delete", wrongPassword),
      "not confirmed": again("/account/delete", errorOf("VALIDATION_ERROR", "confirm")),
      "last admin": again("/account/delete", errorOf("CONFLICT")),
      deleted: page(deletedPage(reader)),
    },
    "/account/reauthenticate": {
      password: again("/account/reauthenticate", null, {
        security: { ...none, hasPassword: true },
      }),
      "wrong password": again("/account/reauthenticate", wrongPassword, {
        security: { ...all, hasSecondFactor: false },
      }),
      "wrong code": again("/account/reauthenticate", wrongCode),
      "wrong passkey": again("/account/reauthenticate", errorOf("INVALID_CREDENTIALS"), {
        security: { ...none, hasPasskey: true },
      }),
      "no way but a sign-in": again("/account/reauthenticate", null, { security: none }),
    },
  };
}
