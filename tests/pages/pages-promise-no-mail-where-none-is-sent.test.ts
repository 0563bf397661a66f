import { beforeAll, expect, test } from "bun:test";

import { browserHeaders } from "../support/browser-session.ts";
import { goodPassword, freshEmail } from "../support/journey.ts";
import { formsOf, headingOf, openPage, press } from "../support/page-forms.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp({
  settings: {
    MAIL_TRANSPORT: "none",
    REQUIRE_EMAIL_VERIFICATION: "false",
    PASSWORDLESS_SIGN_UP: "true",
  },
});

const promises = /e-mail me|send (?:a new )?e-mail|send link|check your mailbox|have sent|forgot/i;

/** Signs up on the page. */
async function signUpOnPage(email: string) {
  const page = await openPage(app, "/sign-up");
  const entered = { email, password: goodPassword, password_confirmation: goodPassword };
  return { page, answer: await press(app, page, "Create account", { entered }) };
}

let cookie = {};

beforeAll(async () => {
  const { answer } = await signUpOnPage(freshEmail());
  const token = /gatehouse_session=([^;]+)/.exec(answer.headers.getSetCookie().join("; "))?.[1];
  if (token !== undefined) cookie = browserHeaders(token);
});

test("the pages for signing in and up, and the account, offer nothing that takes a mail", async () => {
  for (const path of ["/sign-in", "/sign-up", "/account"]) {
    const headers = path === "/account" ? cookie : {};
    const { status, text } = await openPage(app, path, headers);
    expect([path, status]).toEqual([path, 200]);
    const withoutStyle = text.replace(/<style>[^]*?<\/style>/, "");
    expect([path, promises.exec(withoutStyle)?.[0]]).toEqual([path, undefined]);
    expect(text).not.toContain("without_password");
  }
  expect((await openPage(app, "/account", cookie)).text).toContain("this service sends none");
});

test("the pages behind mailed links say that none is sent, and post nothing", async () => {
  for (const path of ["/magic-link", "/reset-password", "/verify-email"]) {
    const page = await openPage(app, path);
    expect([path, page.status, headingOf(page)]).toEqual([
      path,
      404,
      "This service sends no e-mail",
    ]);
    expect(formsOf(page.text)).toEqual([]);
  }
  for (const path of ["/magic-link/resend", "/reset-password/resend", "/verify-email/resend"]) {
    const answer = await app.call("POST", path, { form: { email: freshEmail() } });
    expect([path, answer.status, promises.test(answer.text)]).toEqual([path, 404, false]);
  }
  const failed = await openPage(app, "/magic-link?token=");
  expect([failed.status, formsOf(failed.text)]).toEqual([400, []]);
});

test("in the other languages too", async () => {
  for (const [language, heading] of [
    ["de", "Dieser Dienst sendet keine E-Mails"],
    ["es", "Este servicio no envía correos"],
    ["zh", "此服务不发送邮件"],
  ] as const) {
    const page = await openPage(app, "/reset-password", { "accept-language": language });
    expect(headingOf(page)).toBe(heading);
  }
});
