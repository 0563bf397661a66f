import { expect, test } from "bun:test";

import { goodPassword, logIn } from "../support/journey.ts";
import { getLink } from "../support/mailed-links.ts";
import { newPassword } from "../support/password-reset.ts";
import { formsOf, headingOf, openPage, press, type ShownPage } from "../support/page-forms.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

/** Posts the form of a page that asks for a new password. */
function choose(page: ShownPage, password: string, confirmation = password, headers = {}) {
  const [form] = formsOf(page.text);
  const entered = { password, password_confirmation: confirmation };
  return press(app, page, form?.button ?? "", { entered, headers });
}

/** What is said to be wrong with a field. */
function faultsOf({ text }: ShownPage, field: string): string[] {
  const fault = new RegExp(`<p class="fault" id="${field}-fault">([\\s\\S]*?)</p>`).exec(text)?.[1];
  return fault?.split("<br>") ?? [];
}

test("the rules are shown, errors are beside the field, and the link stays valid until a password is accepted", async () => {
  const { email, link, token } = await getLink(app, "reset-password");
  const page = await openPage(app, link);
  expect(page.text).toContain(
    "At least 8 characters, with an upper-case letter, a digit, and a symbol.",
  );
  expect(page.text.match(/autocomplete="new-password"/g)).toHaveLength(2);

  const weak = await choose(page, "short1!");
  expect(weak.status).toBe(400);
  expect(faultsOf(weak, "password")).toEqual([
    "The password must have at least 8 characters.",
    "The password must contain an upper-case letter.",
  ]);
  expect(weak.text).toMatch(/id="password"[^>]* aria-describedby="password-hint password-fault"/);
  expect(weak.text).toMatch(/id="password"[^>]* aria-invalid="true"/);
  expect(formsOf(weak.text)[0]?.fields["token"]).toBe(token);

  const mistyped = await choose(weak, newPassword, `${newPassword}?`);
  expect(faultsOf(mistyped, "password_confirmation")).toEqual(["Passwords do not match."]);
  expect(mistyped.text).toMatch(/id="password_confirmation"[^>]* aria-invalid="true"/);
  expect((await choose(mistyped, newPassword, "")).status).toBe(400);
  expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);

  const done = await choose(mistyped, newPassword);
  expect([done.status, headingOf(done)]).toEqual([200, "Your password has been changed"]);
  expect((await logIn(app, { email, password: goodPassword })).status).toBe(401);
  expect((await logIn(app, { email, password: newPassword })).status).toBe(200);
});

// No automatic sign-in: the link alone gives no session.
// part of security 68
test("the response does not sign in, and a second submission changes nothing", async () => {
  const { email, link } = await getLink(app, "reset-password");
  const page = await openPage(app, link);
  const done = await choose(page, newPassword);
  expect(done.headers.get("set-cookie")).toBeNull();
  expect(done.text).not.toMatch(/eyJ|<textarea/);
  const again = await choose(page, `${newPassword}2`);
  expect([again.status, headingOf(again)]).toEqual([400, "This link does not work"]);
  expect((await logIn(app, { email, password: newPassword })).status).toBe(200);
});

// Attack: a page in a browser's cache or history holds what was typed.
test("no response repeats an entered password", async () => {
  const { link } = await getLink(app, "reset-password");
  const page = await openPage(app, link);
  for (const password of [
    "hunter-two",
    "Aa1!\u0000xyz",
    "<b>Aa1!bold</b>\u0007",
    "x".repeat(9_000),
  ]) {
    const answer = await choose(page, password);
    expect([answer.status, headingOf(answer)]).toEqual([400, "Choose a new password"]);
    expect(answer.text).not.toContain(Bun.escapeHTML(password));
    expect(answer.text.replaceAll("hunter-two", "")).toBe(answer.text);
  }
});

test("the rules and the errors are in the browser's language", async () => {
  const { link } = await getLink(app, "reset-password");
  const headers = { "accept-language": "de" };
  const page = await openPage(app, link, headers);
  expect(page.text).toContain(
    "Mindestens 8 Zeichen, darunter ein Großbuchstabe, eine Ziffer und ein Sonderzeichen.",
  );
  const weak = await choose(page, "short1!", "short1!", headers);
  expect(faultsOf(weak, "password")).toEqual([
    "Das Passwort muss mindestens 8 Zeichen haben.",
    "Das Passwort muss einen Großbuchstaben enthalten.",
  ]);
});

test("without a link the page asks for one", async () => {
  const { email } = await getLink(app, "reset-password");
  const page = await openPage(app, "/reset-password");
  expect([page.status, headingOf(page)]).toEqual([200, "Reset your password"]);
  const asked = await press(app, page, "Send the mail", { entered: { email } });
  expect([asked.status, headingOf(asked)]).toEqual([200, "Check your mailbox"]);
});
