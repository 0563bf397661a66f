import { describe, expect, test } from "bun:test";

import { AppError } from "../../src/kernel/errors.ts";
import {
  browserHeaders,
  browserTokenOf,
  sessionCookieOf,
  statusInBrowser,
} from "../support/browser-session.ts";
import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { getLink } from "../support/mailed-links.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { formsOf, headingOf, openPage, press, type ShownPage } from "../support/page-forms.ts";
import { signUpWithFactor, useFrozenStep } from "../support/second-factor.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

const publicUrl = "http://localhost:8000";
const appOrigin = "https://app.example.com";
const settings = { ALLOWED_ORIGINS: appOrigin };
const wrong = "These details are not right.";

useFrozenStep();

/** Fills in the form for a password, and sends it as a browser does. */
async function enter(
  app: TestApp,
  entered: Record<string, string>,
  { path = "/sign-in", headers = {} }: { path?: string; headers?: Record<string, string> } = {},
): Promise<ShownPage> {
  return press(app, await openPage(app, path), "Sign in", { entered, headers });
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings });

  // security 51, 115
  test("an address and a password open a browser session whose token no client chose, and lead to the account", async () => {
    const { email, password } = await registerVerified(app);
    const earlier = browserTokenOf(await enter(app, { email, password }));
    const chosen = "x".repeat(43);
    for (const sent of [earlier, chosen]) {
      const headers = browserHeaders(sent);
      const done = await enter(app, { email: ` ${email.toUpperCase()} `, password }, { headers });
      expect([done.status, headingOf(done), done.text]).toEqual([303, `${publicUrl}/account`, ""]);
      const token = browserTokenOf(done);
      expect([earlier, chosen]).not.toContain(token);
      expect(await statusInBrowser(app, token)).toBe(200);
      expect(await statusInBrowser(app, sent)).toBe(401);
      const { attributes } = sessionCookieOf(done) ?? {};
      expect(attributes).toEqual(expect.arrayContaining(["HttpOnly", "Path=/", "SameSite=Lax"]));
    }
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 82
  test("a user with a second factor has no session before it, and can trust the device", async () => {
    const { email, password, authenticator, recoveryCodes } = await signUpWithFactor(app);
    const asked = await enter(app, { email, password }, { path: `/sign-in?return_to=/account` });
    expect([asked.status, headingOf(asked)]).toEqual([200, "Two-factor authentication"]);
    expect(sessionCookieOf(asked)).toBeNull();
    const finish = (entered: Record<string, string>) => press(app, asked, "Sign in", { entered });
    const missed = await finish({ code: "000000" });
    expect([missed.status, formsOf(missed.text)[0]?.fields["return_to"]]).toEqual([
      401,
      `${publicUrl}/account`,
    ]);
    const done = await finish({ code: authenticator.code(), trust_device: "true" });
    expect([done.status, headingOf(done)]).toEqual([303, `${publicUrl}/account`]);
    const cookie = done.headers
      .getSetCookie()
      .map((each) => each.split(";", 1)[0] ?? "")
      .join("; ");
    expect(cookie).toContain("gatehouse_trusted=");
    const trusted = await enter(app, { email, password }, { headers: { cookie } });
    expect(trusted.status).toBe(303);

    const again = await enter(app, { email, password });
    const entered = { code: recoveryCodes[0] ?? "" };
    expect((await press(app, again, "Sign in", { entered })).status).toBe(303);
  });
});

describe("the page for signing in", () => {
  const app = useTestApp({ settings });

  test("takes a username, also in the field of that name", async () => {
    const email = freshEmail();
    const username = `ada${Date.now().toString(36)}`;
    await app.post("/api/v1/auth/register", { email, password: goodPassword, username });
    const { code } = await mailOfKind(app, "verify-email", email);
    await app.post("/api/v1/auth/verify", { email, code });
    expect((await enter(app, { email: username, password: goodPassword })).status).toBe(303);
    const form = { username, password: goodPassword };
    expect((await app.call("POST", "/sign-in", { form })).status).toBe(303);
  });

  // Attack: the form reveals which addresses have an account.
  // security 9, 15
  // OpenID Connect Core §3.1.2.1
  test("has the address of login_hint in its field, and ignores what can be none", async () => {
    const valueFor = async (hint: string) => {
      const page = await openPage(app, `/sign-in?login_hint=${hint}`);
      expect([page.status, page.text.includes("<script>")]).toEqual([200, false]);
      return formsOf(page.text).find(({ fields }) => "password" in fields)?.fields["email"];
    };
    expect(await valueFor("ada%40example.com")).toBe("ada@example.com");
    expect(await valueFor("%22%3E%3Cscript%3E")).toBe('"><script>');
    for (const hint of ["", "x".repeat(255), "a%00b"]) {
      expect(await valueFor(hint)).toBe("");
    }
  });

  test("has the same response for an unknown account, a wrong password and a disabled account", async () => {
    const known = await registerVerified(app);
    const disabled = await registerVerified(app);
    await app.rows(`update users set disabled_at = now() where id = '${disabled.userId}'`);
    const answers = [];
    for (const [email, password] of [
      [freshEmail(), goodPassword],
      [known.email, "WrongPassword123!"],
      [disabled.email, goodPassword],
    ] as const) {
      const { status, text, headers } = await enter(app, { email, password });
      expect(text).toContain(wrong);
      expect(text).not.toContain(password);
      answers.push({
        status,
        text: text.replaceAll(email, "ADDRESS"),
        cookie: headers.getSetCookie(),
      });
    }
    expect(answers[0]).toMatchObject({ status: 401, cookie: [] });
    expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  test("says beside the field what is neither an address nor a username", async () => {
    for (const email of ["ada@example", "ada\u202e"]) {
      const answer = await enter(app, { email, password: goodPassword });
      expect([email, answer.status]).toEqual([email, 400]);
      expect(answer.text).toContain("This is neither an e-mail address nor a username.");
    }
  });

  test("tells an unverified user so, after the right password only, and takes the code", async () => {
    const email = freshEmail();
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    const guessed = await enter(app, { email, password: "WrongPassword123!" });
    expect([guessed.status, guessed.text.includes(wrong)]).toEqual([401, true]);
    const path = `/sign-in?return_to=${encodeURIComponent(`${appOrigin}/notes`)}`;
    const told = await enter(app, { email, password: goodPassword }, { path });
    expect([told.status, headingOf(told)]).toEqual([403, "Confirm your e-mail address first"]);
    const { code } = await mailOfKind(app, "verify-email", email);
    const confirmed = await press(app, told, "Confirm e-mail address", { entered: { code } });
    expect([confirmed.status, headingOf(confirmed)]).toEqual([200, "Sign in"]);
    expect(confirmed.text).toContain("Your e-mail address is confirmed.");
    expect(formsOf(confirmed.text)[0]?.fields).toMatchObject({ email });
    const done = await press(app, confirmed, "Sign in", { entered: { password: goodPassword } });
    expect([done.status, headingOf(done)]).toEqual([303, `${appOrigin}/notes`]);
  });

  test("sends a mail whose link and code lead to the same place", async () => {
    const { email } = await registerVerified(app);
    const target = `${appOrigin}/notes?page=2`;
    const start = await openPage(app, `/sign-in?return_to=${encodeURIComponent(target)}`);
    const path = "/magic-link/resend";
    const headers = { "sec-fetch-site": "same-origin" };
    const form = { ...formsOf(start.text)[0]?.fields, email };
    const sent = { ...(await app.call("POST", path, { form, headers })), path };
    expect([sent.status, headingOf(sent)]).toEqual([200, "Check your mailbox"]);
    expect(sent.headers.get("content-security-policy")).toContain(
      `form-action 'self' ${appOrigin};`,
    );
    const { code, link } = await mailOfKind(app, "magic-link", email);
    const cookie = sent.headers
      .getSetCookie()
      .map((each) => each.split(";", 1)[0])
      .join("; ");
    const opened = await openPage(app, link, { cookie });
    expect(opened.headers.get("content-security-policy")).toContain(appOrigin);
    expect(formsOf(sent.text)[0]?.fields).toEqual({ return_to: target, email, code: "" });
    const byCode = await press(app, sent, "Sign in", { entered: { code } });
    expect([byCode.status, headingOf(byCode)]).toEqual([303, target]);

    await app.call("POST", path, { form, headers: { ...headers, cookie } });
    const second = await mailOfKind(app, "magic-link", email, 2);
    const page = await openPage(app, second.link, { cookie });
    const byLink = await press(app, page, "Sign in", { headers: { cookie } });
    expect([byLink.status, headingOf(byLink)]).toEqual([303, target]);
  });

  // Attack: a neighbouring host of the same site sets the cookie that keeps the address.
  // security 60
  test("checks the address of the cookie again before a link leads there", async () => {
    const { link } = await getLink(app, "magic-link");
    const cookie = `gatehouse_return_to=${encodeURIComponent("https://evil.example/")}`;
    const page = await openPage(app, link, { cookie });
    expect(page.headers.get("content-security-policy")).toContain("form-action 'self';");
    const done = await press(app, page, "Sign in", { headers: { cookie } });
    expect([done.status, headingOf(done)]).toEqual([303, `${publicUrl}/account`]);
  });

  test("leads a signed-in user on at once, unless the user is to sign in again", async () => {
    const { email, password } = await registerVerified(app);
    const headers = browserHeaders(browserTokenOf(await enter(app, { email, password })));
    const target = `${appOrigin}/`;
    const query = `return_to=${encodeURIComponent(target)}`;
    for (const [path, status, heading] of [
      ["/sign-in", 303, `${publicUrl}/account`],
      [`/sign-in?${query}`, 303, target],
      [`/sign-up?${query}`, 303, target],
      [`/sign-in?${query}&prompt=login`, 200, "Sign in"],
    ] as const) {
      const page = await openPage(app, path, headers);
      expect([path, page.status, headingOf(page)]).toEqual([path, status, heading]);
    }
  });

  test("leads to the application of APP_URL, unless it is to return elsewhere", async () => {
    const branded = await app.replica({ APP_URL: "https://notes.example.org/home" });
    const { email, password } = await registerVerified(app);
    const { headers } = await openPage(branded, "/sign-in");
    expect(headers.get("content-security-policy")).toContain(
      "form-action 'self' https://notes.example.org;",
    );
    for (const [path, target] of [
      ["/sign-in", "https://notes.example.org/home"],
      [`/sign-in?return_to=${encodeURIComponent(`${appOrigin}/x`)}`, `${appOrigin}/x`],
    ] as const) {
      const done = await enter(branded, { email, password }, { path });
      expect([path, done.status, headingOf(done)]).toEqual([path, 303, target]);
    }
    expect((await openPage(branded, "/sign-out")).text).toContain("https://notes.example.org/home");
  });

  // Attack: an address that leads to a page of the attacker after the user signed in at the right one.
  // security 60
  test("keeps an allowed address to return to, and ignores every other", async () => {
    const { email, password } = await registerVerified(app);
    for (const [returnTo, target] of [
      [`${appOrigin}/notes`, `${appOrigin}/notes`],
      ["/account#sessions", `${publicUrl}/account#sessions`],
      ["//evil.example", null],
      ["https:evil.example", null],
      [`${appOrigin}@evil.example/`, null],
      ["https://app.example.com.evil.example/", null],
      ["https://user@app.example.com/", null],
      ["\\\\evil.example", null],
      ["/\\evil.example", null],
      ["javascript:alert(1)", null],
      [`${appOrigin}/%0d%0aset-cookie:a=b`, null],
      ["http://app.example.com/", null],
      ["https://93.184.216.34/", null],
    ] as const) {
      const path = `/sign-in?return_to=${encodeURIComponent(returnTo)}`;
      const page = await openPage(app, path);
      expect(page.text.includes("evil")).toBe(false);
      const policy = page.headers.get("content-security-policy");
      const origin = target?.startsWith(appOrigin) === true ? ` ${appOrigin}` : "";
      expect(policy).toContain(`form-action 'self'${origin};`);
      const byQuery = await enter(app, { email, password }, { path });
      // A form that was changed on its way is checked again.
      const byForm = await enter(app, { email, password, return_to: returnTo });
      for (const done of [byQuery, byForm]) {
        const expected = target ?? `${publicUrl}/account`;
        expect([returnTo, done.status, headingOf(done)]).toEqual([returnTo, 303, expected]);
      }
    }
  });

  // Attack: a website signs its visitors in to an account of its owner, or out (login CSRF); or it frames the page.
  // security 116, 118
  test("opens no session for a form of another website, and is framed by none", async () => {
    const { email, password } = await registerVerified(app);
    const forms = {
      "/sign-in": { email, password },
      "/sign-in/passkey": { credential: "{}" },
      "/sign-in/second-factor": { token: "any", code: "123456" },
      "/sign-up": { email: freshEmail(), password },
      "/sign-out": { return_to: "/" },
      "/verify-email/code": { email, code: "123456" },
      "/magic-link/resend": { email },
    };
    const before = await app.rows("select count(*) from users");
    for (const [path, form] of Object.entries(forms)) {
      for (const headers of [
        { "sec-fetch-site": "cross-site", origin: "null" },
        { "sec-fetch-site": "same-site" },
        { origin: "https://evil.example" },
      ]) {
        const answer = await app.call("POST", path, { form, headers });
        expect([path, answer.status, headingOf(answer)]).toEqual([
          path,
          403,
          "Another website sent you here",
        ]);
        expect(answer.headers.getSetCookie()).toEqual([]);
      }
    }
    expect(await app.rows("select count(*) from users")).toEqual(before);
    for (const path of ["/sign-in", "/sign-up", "/sign-out"]) {
      const { headers } = await app.call("GET", path);
      expect(headers.get("content-security-policy")).toContain("frame-ancestors 'none'");
      expect(headers.get("cache-control")).toBe("no-store");
    }
  });

  test("loads the script of the service where it offers passkeys, and no other page does", async () => {
    const policyOf = async (path: string) =>
      (await app.call("GET", path)).headers.get("content-security-policy") ?? "";
    expect(await policyOf("/sign-in")).toContain("script-src 'self'; connect-src 'self'");
    for (const path of ["/sign-up", "/sign-out", "/magic-link", "/verify-email"]) {
      expect([path, await policyOf(path)]).toEqual([path, expect.not.stringContaining("script")]);
    }
    const script = await app.call("GET", "/pages/passkeys.js");
    expect(script.headers.get("content-type")).toBe("text/javascript; charset=utf-8");
    const headers = { "if-none-match": script.headers.get("etag") ?? "" };
    expect((await app.call("GET", "/pages/passkeys.js", { headers })).status).toBe(304);
  });

  test("shows the form again for a passkey that is refused", async () => {
    for (const form of [{}, { credential: "{" }, { credential: '{"id":"x"}' }] as const) {
      const answer = await app.call("POST", "/sign-in/passkey", { form: { ...form } });
      expect([answer.status, headingOf(answer)]).toEqual([400, "Sign in"]);
      expect(answer.text).toContain("This passkey is not accepted.");
    }
  });
});

// Failure: the database restarts, or too many sign-ins wait, when the user presses the button.
test.each(["UNAVAILABLE", "OVERLOADED"] as const)(
  "%s shows the form again with what was entered, and with when to try again",
  async (code) => {
    await using app = await startTestApp({ settings });
    const unavailable = () => {
      throw new AppError(code, "The service is temporarily unavailable.");
    };
    const page = await openPage(app, `/sign-in?return_to=${encodeURIComponent(`${appOrigin}/x`)}`);
    const { dbForRequest } = app.platform;
    Object.assign(app.platform, { dbForRequest: () => new Proxy({}, { get: unavailable }) });
    const entered = { email: "ada@example.com", password: goodPassword };
    const answer = await press(app, page, "Sign in", { entered });
    Object.assign(app.platform, { dbForRequest });
    expect([answer.status, answer.headers.get("retry-after")]).toEqual([503, "1"]);
    expect(answer.text).toContain("The service is not available right now.");
    expect(formsOf(answer.text)[0]?.fields).toEqual({
      return_to: `${appOrigin}/x`,
      email: "ada@example.com",
      password: "",
    });
  },
);

// security 20, 22: the page has the limits of the API, since it calls the same verb
test("wrong passwords on the page and at the API count together", async () => {
  await using app = await startTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });
  const { email, password } = await registerVerified(app);
  for (let count = 0; count < 3; count += 1) {
    await enter(app, { email, password: "WrongPassword123!" });
    await app.post("/api/v1/auth/login", { email, password: "WrongPassword123!" });
  }
  const limited = await enter(app, { email, password });
  expect([limited.status, sessionCookieOf(limited)]).toEqual([429, null]);
  expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(0);
  expect(limited.text).toContain("There were too many attempts.");
});

test("a passkey that the limits refuse has its sentence, also where the script got no options", async () => {
  await using app = await startTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });
  for (let count = 0; count < 60; count += 1) {
    await app.post("/api/v1/auth/passkeys/login/options", {});
  }
  const answer = await app.call("POST", "/sign-in/passkey", { form: {} });
  expect([answer.status, answer.text.includes("There were too many attempts.")]).toEqual([
    429,
    true,
  ]);
});
