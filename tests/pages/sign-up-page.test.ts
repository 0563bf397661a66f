import { describe, expect, test } from "bun:test";

import { browserTokenOf, sessionCookieOf, statusInBrowser } from "../support/browser-session.ts";
import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { formsOf, headingOf, openPage, press, type ShownPage } from "../support/page-forms.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const appOrigin = "https://app.example.com";
const target = `${appOrigin}/welcome`;

const app = useTestApp();

/** Fills in the form, and sends it. */
async function signUp(
  app: Pick<TestApp, "call">,
  entered: Record<string, string>,
  path = "/sign-up",
): Promise<ShownPage> {
  const passwords = { password: goodPassword, password_confirmation: goodPassword };
  const page = await openPage(app, path);
  return press(app, page, "Create account", { entered: { ...passwords, ...entered } });
}

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings: { ALLOWED_ORIGINS: appOrigin } });

  test("a user signs up, enters the code of the mail, signs in, and is where they wanted to be", async () => {
    const email = freshEmail();
    const path = `/sign-up?return_to=${encodeURIComponent(target)}`;
    const sent = await signUp(app, { email, name: "Ada" }, path);
    expect([sent.status, headingOf(sent)]).toEqual([200, "Check your mailbox"]);
    expect(sessionCookieOf(sent)).toBeNull();
    const { code } = await mailOfKind(app, "verify-email", email);
    const button = "Confirm e-mail address";
    const mistyped = await press(app, sent, button, { entered: { code: "12345" } });
    expect([mistyped.status, formsOf(mistyped.text)[0]?.fields["email"]]).toEqual([400, email]);
    const confirmed = await press(app, mistyped, button, { entered: { code } });
    expect([confirmed.status, headingOf(confirmed)]).toEqual([200, "Sign in"]);
    const done = await press(app, confirmed, "Sign in", { entered: { password: goodPassword } });
    expect([done.status, headingOf(done)]).toEqual([303, target]);
    expect(await statusInBrowser(app, browserTokenOf(done))).toBe(200);
    const [user] = await app.rows(`select name from users where email = '${email}'`);
    expect(user).toEqual({ name: "Ada" });
  });
});

describe("the page for signing up", () => {
  const app = useTestApp({ settings: { ALLOWED_EMAIL_DOMAINS: "example.com" } });

  test("says beside the field what is wrong with its value, and keeps what was entered but passwords", async () => {
    const { email: taken } = await registerVerified(app);
    const username = `ada${Date.now().toString(36)}`;
    await signUp(app, { email: freshEmail(), username });
    for (const [entered, field, status] of [
      [{ email: "ada@example" }, "email", 400],
      [{ email: taken }, "email", 400],
      [{ email: "ada@elsewhere.example" }, "email", 403],
      [{ username: "a b" }, "username", 400],
      [{ username: "admin" }, "username", 400],
      [{ username: username.toUpperCase() }, "username", 400],
      [{ name: "x".repeat(201) }, "name", 400],
      [{ password: "short", password_confirmation: "short" }, "password", 400],
      [{ password: "" }, "password", 400],
      [{ password_confirmation: "Another1Password!" }, "password_confirmation", 400],
      [{ password_confirmation: "" }, "password_confirmation", 400],
    ] as const) {
      const answer = await signUp(app, { email: freshEmail(), name: "Ada", ...entered });
      const faulty = [...answer.text.matchAll(/id="(\w+)"[^>]* aria-invalid="true"/g)];
      expect([entered, answer.status, faulty.map(([, id]) => id)]).toEqual([
        entered,
        status,
        [field],
      ]);
      const { fields } = formsOf(answer.text)[0] ?? {};
      const kept = "name" in entered ? entered.name : "Ada";
      expect(fields).toMatchObject({ name: kept, password: "", password_confirmation: "" });
      expect(answer.text).not.toContain(goodPassword);
    }
  });

  test("says all at once what is wrong with the fields", async () => {
    const faulty = await signUp(app, {
      email: "ada@example",
      username: "admin",
      name: "x".repeat(201),
      password: "short",
      password_confirmation: "other",
    });
    const fields = [...faulty.text.matchAll(/id="(\w+)"[^>]* aria-invalid="true"/g)];
    expect([faulty.status, fields.map(([, id]) => id)]).toEqual([
      400,
      ["email", "username", "name", "password", "password_confirmation"],
    ]);
    expect(faulty.text).toContain("The password must contain a digit.");
    expect(faulty.text.match(/ autofocus/g)?.length).toBe(1);
  });

  test("without verification the user has a browser session at once", async () => {
    const lenient = await app.replica({ REQUIRE_EMAIL_VERIFICATION: "false" });
    const done = await signUp(lenient, { email: freshEmail() });
    expect([done.status, headingOf(done)]).toEqual([303, "http://localhost:8000/account"]);
    expect(await statusInBrowser(lenient, browserTokenOf(done))).toBe(200);
  });

  test("where registration is closed or by invitation, the page says so and offers the sign-in", async () => {
    for (const [registration, sentence] of [
      ["closed", "Registration is closed."],
      ["invite", "Accounts are created by invitation."],
    ] as const) {
      const closed = await app.replica({ REGISTRATION: registration });
      const form = { email: freshEmail(), password: goodPassword };
      for (const answer of [
        await closed.call("GET", "/sign-up"),
        await closed.call("POST", "/sign-up", {
          form: { ...form, password_confirmation: goodPassword },
        }),
      ]) {
        expect([answer.status, answer.text.includes(sentence)]).toEqual([403, true]);
        expect(answer.text).toContain('href="sign-in"');
      }
      expect((await closed.call("GET", "/sign-in")).text).not.toContain("sign-up");
    }
  });

  // Attack: the page reveals which addresses have an account.
  // security 14
  test("where accounts are concealed, a taken address has the same response as a free one", async () => {
    const concealing = await app.replica({ CONCEAL_ACCOUNTS: "true" });
    const { email: taken } = await registerVerified(app);
    const answers = [];
    for (const email of [taken, freshEmail()]) {
      const { status, text } = await signUp(concealing, { email });
      answers.push(`${status} ${text.replaceAll(email, "ADDRESS")}`);
      const guessed = await concealing.call("POST", "/verify-email/code", {
        form: { email, code: "000000" },
      });
      answers.push(`${guessed.status} ${guessed.text.replaceAll(email, "ADDRESS")}`);
    }
    expect(answers[0]).toStartWith("200 ");
    expect(answers[1]).toStartWith("401 ");
    expect(answers.slice(0, 2)).toEqual(answers.slice(2));
    await mailOfKind(app, "account-exists", taken);
  });

  test("where it is not needed, the password may be left out; a mail then signs the user in", async () => {
    const passwordless = await app.replica({ PASSWORDLESS_SIGN_UP: "true" });
    const email = freshEmail();
    const page = await openPage(passwordless, "/sign-up");
    expect(page.text).toContain("Create account without a password");
    // What a password manager filled in does not count.
    const form = { ...formsOf(page.text)[0]?.fields, email, password: goodPassword };
    const sent = await passwordless.call("POST", "/sign-up", {
      form: { ...form, without_password: "true" },
    });
    expect([sent.status, headingOf(sent)]).toEqual([200, "Check your mailbox"]);
    const [user] = await app.rows(`select password_hash from users where email = '${email}'`);
    expect(user).toEqual({ password_hash: null });
    await press(passwordless, { ...sent, path: "/sign-up" }, "Confirm e-mail address", {
      entered: { code: (await mailOfKind(app, "verify-email", email)).code },
    });
    const path = "/magic-link/resend";
    const asked = await passwordless.call("POST", path, { form: { email } });
    const { code } = await mailOfKind(app, "magic-link", email);
    const done = await press(passwordless, { ...asked, path }, "Sign in", { entered: { code } });
    expect(await statusInBrowser(passwordless, browserTokenOf(done))).toBe(200);
  });

  test("registrations on the page and at the API count together", async () => {
    const limited = await app.replica({ RATE_LIMITS_ENABLED: "true" });
    for (let count = 0; count < 5; count += 1) {
      await signUp(limited, { email: freshEmail() });
      await limited.post("/api/v1/auth/register", { email: freshEmail(), password: goodPassword });
    }
    const refused = await signUp(limited, { email: freshEmail() });
    expect([refused.status, refused.text.includes("There were too many attempts.")]).toEqual([
      429,
      true,
    ]);
  });
});

test("the page of a verification mail takes the code without its link, and sends a new mail", async () => {
  const email = freshEmail();
  await app.post("/api/v1/auth/register", { email, password: goodPassword });
  // Otherwise the next mail supersedes it.
  await mailOfKind(app, "verify-email", email);
  const start = await openPage(app, "/verify-email");
  expect(formsOf(start.text).map(({ button }) => button)).toEqual([
    "Confirm e-mail address",
    "Send a new e-mail",
  ]);
  const sent = await press(app, start, "Send a new e-mail", { entered: { email } });
  expect(headingOf(sent)).toBe("Check your mailbox");
  const { code } = await mailOfKind(app, "verify-email", email, 2);
  const confirmed = await press(app, sent, "Confirm e-mail address", { entered: { code } });
  expect(confirmed.text).toContain("Your e-mail address is confirmed.");
});
