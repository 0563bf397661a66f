import { expect, setSystemTime, test } from "bun:test";

import {
  faultsOf,
  openPath,
  pressOn,
  reportOf,
  signInAgain,
  signUpToAccount,
} from "../support/account-page.ts";
import type { Page } from "../support/http-browser.ts";
import { openSessionsOf } from "../support/magic-link.ts";
import { headingOf } from "../support/page-forms.ts";
import { authenticatorApp, useFrozenStep } from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const account = "/account";

useFrozenStep();

function secretOf({ text }: Page): string {
  const shown = /<p class="secret">([^<]*)</.exec(text)?.[1] ?? "";
  return shown.replaceAll(" ", "");
}

function codesOf({ text }: Page): string[] {
  return [...text.matchAll(/<li>([A-Z2-7]{4}(?:-[A-Z2-7]{4}){3})<\/li>/g)].map(
    ([, code = ""]) => code,
  );
}

async function turnedOn() {
  const user = await signUpToAccount(app);
  const { browser, password } = user;
  const page = await openPath(browser, account);
  const begun = await pressOn(browser, page, "Set up", { entered: { password } });
  const authenticator = authenticatorApp(secretOf(begun));
  const enabled = await pressOn(browser, begun, "Turn on", {
    entered: { code: authenticator.code(-30) },
  });
  return { ...user, begun, authenticator, enabled };
}

// security 87, 88
test("is set up with a QR code, turned on by a code of the app, and its recovery codes are shown once", async () => {
  const user = await signUpToAccount(app);
  const other = await signInAgain(app, user, 2);
  const { browser, password, userId } = user;
  const page = await openPath(browser, account);
  const setUp = (entered: Record<string, string>) => pressOn(browser, page, "Set up", { entered });
  const wrong = await setUp({ password: "Wrong-Password-1!" });
  expect([wrong.status, faultsOf(wrong)]).toEqual([401, ["The password is wrong."]]);
  const begun = await setUp({ password });
  expect([begun.status, headingOf(begun)]).toEqual([200, "Set up two-factor authentication"]);
  expect(begun.text).toMatch(/<svg role="img" aria-label="[^"]+" viewBox=/);
  expect(begun.text).not.toMatch(/xmlns|data:/);
  expect(begun.headers.get("cache-control")).toBe("no-store");
  const authenticator = authenticatorApp(secretOf(begun));

  const mistyped = await pressOn(browser, begun, "Turn on", { entered: { code: "12345" } });
  expect([mistyped.status, faultsOf(mistyped)]).toEqual([
    400,
    ["The code is wrong, used or expired."],
  ]);
  const guess = authenticator.code(120);
  const refused = await pressOn(browser, mistyped, "Turn on", { entered: { code: guess } });
  expect([refused.status, faultsOf(refused)]).toEqual([
    401,
    ["The code is wrong, used or expired."],
  ]);
  expect(refused.text).not.toContain(guess);
  expect(await openSessionsOf(app, userId)).toHaveLength(2);

  const code = authenticator.code();
  const spaced = `${code.slice(0, 3)} ${code.slice(3)}`;
  const enabled = await pressOn(browser, refused, "Turn on", { entered: { code: spaced } });
  expect([enabled.status, headingOf(enabled)]).toEqual([200, "Two-factor authentication is on"]);
  expect(new Set(codesOf(enabled)).size).toBe(10);
  expect(await openSessionsOf(app, userId)).toHaveLength(1);
  const after = await openPath(browser, account);
  expect(after.text).toContain("On. Unused recovery codes: 10.");
  expect(codesOf(after)).toEqual([]);
  const ended = await other.open(`http://localhost:8000${account}`, {
    stopAt: "http://localhost:8000/sign-in",
  });
  expect(ended.status).toBe(303);
  const again = await pressOn(browser, page, "Set up", { entered: { password } });
  expect([again.status, reportOf(again)]).toEqual([
    409,
    "Two-factor authentication is on already.",
  ]);
});

test("cannot be turned on without a set-up, and the page says how to begin", async () => {
  const { browser, password, userId } = await signUpToAccount(app);
  const page = await openPath(browser, account);
  const begun = await pressOn(browser, page, "Set up", { entered: { password } });
  await app.rows(`delete from totp_factors where user_id = '${userId}'`);
  const refused = await pressOn(browser, begun, "Turn on", { entered: { code: "123456" } });
  expect([refused.status, reportOf(refused)]).toEqual([
    409,
    "The set-up is not valid any more. Start it again from your account.",
  ]);
});

// Mistake: the button is pressed twice, and the browser shows the second response.
test("that is turned on twice is on, and the page leads to recovery codes, which the user has not seen", async () => {
  const { begun, authenticator, browser, password, userId } = await turnedOn();
  const entered = { code: authenticator.code(-30) };
  const again = await pressOn(browser, begun, "Turn on", { entered });
  expect([again.status, headingOf(again)]).toEqual([200, "Two-factor authentication is on"]);
  expect(again.text).toContain("It has just been turned on.");
  const codes = await pressOn(browser, again, "Replace recovery codes", {
    entered: { password, code: authenticator.code() },
  });
  expect([codes.status, codesOf(codes).length]).toEqual([200, 10]);
  expect(await openSessionsOf(app, userId)).toHaveLength(1);
});

// security 88
test("gets new recovery codes by the password and a code, and the earlier ones are void", async () => {
  const { browser, password, authenticator, enabled } = await turnedOn();
  const page = await openPath(browser, account);
  const replace = (entered: Record<string, string>) =>
    pressOn(browser, page, "Replace recovery codes", { entered });
  const wrong = await replace({ password: "Wrong-Password-1!", code: authenticator.code() });
  expect([wrong.status, faultsOf(wrong)]).toEqual([401, ["The password is wrong."]]);
  const replaced = await replace({ password, code: authenticator.code() });
  expect([replaced.status, headingOf(replaced)]).toEqual([200, "Your new recovery codes"]);
  expect(codesOf(replaced)).toHaveLength(10);
  const [earlier = ""] = codesOf(enabled);
  expect(codesOf(replaced)).not.toContain(earlier);
  const refused = await pressOn(browser, page, "Turn off", {
    entered: { password, code: earlier },
  });
  expect([refused.status, faultsOf(refused)]).toEqual([
    401,
    ["The code is wrong, used or expired."],
  ]);
});

// security 89
test("is turned off by the password and a code of the app or a recovery code", async () => {
  for (const way of ["app", "recovery"] as const) {
    const { browser, password, authenticator, enabled } = await turnedOn();
    const page = await openPath(browser, account);
    const code = way === "app" ? authenticator.code() : (codesOf(enabled)[0] ?? "").toLowerCase();
    const off = await pressOn(browser, page, "Turn off", { entered: { password, code } });
    expect(reportOf(off)).toBe(
      "Two-factor authentication is off. All other sessions have been ended.",
    );
    expect(off.text).toContain("Off. With it,");
  }
});

// security 92
test("is left out on trusted devices, which are listed and removed", async () => {
  const { browser, userId } = await turnedOn();
  const id = Bun.randomUUIDv7();
  await app.rows(
    `insert into trusted_devices (id, user_id, digest, credentials_version, user_agent, created_at, expires_at)
     select '${id}', id, '${id}', credentials_version, 'Mozilla/5.0 (iPhone) Safari/600', now(), now() + interval '30 days'
     from users where id = '${userId}'`,
  );
  const page = await openPath(browser, account);
  expect(page.text).toContain("Safari, iPhone");
  const removed = await pressOn(browser, page, "Remove trust", { hidden: { id } });
  expect(reportOf(removed)).toBe("The device is no longer trusted.");
  const again = await pressOn(browser, page, "Remove trust", { hidden: { id } });
  expect([again.status, headingOf(again)]).toEqual([404, "This entry does not exist"]);
});

// An account without a password has no password to ask for: a recent proof takes its place.
test("of an account without a password needs a sign-in or a proof of the last hour", async () => {
  const user = await signUpToAccount(app);
  await app.rows(`update users set password_hash = null where id = '${user.userId}'`);
  const { browser } = user;
  const page = await openPath(browser, account);
  const begun = await pressOn(browser, page, "Set up");
  const authenticator = authenticatorApp(secretOf(begun));
  await pressOn(browser, begun, "Turn on", { entered: { code: authenticator.code(-30) } });
  setSystemTime(Date.now() + 2 * 3_600_000);
  const later = await openPath(browser, account);
  const asked = await pressOn(browser, later, "Turn off", {
    entered: { code: authenticator.code() },
  });
  expect([asked.status, headingOf(asked), asked.url.search]).toEqual([
    200,
    "Confirm that it is you",
    "?for=second-factor",
  ]);
  const wrong = await pressOn(browser, asked, "Confirm", { entered: { code: "x" } });
  expect([wrong.status, faultsOf(wrong)]).toEqual([400, ["The code is wrong, used or expired."]]);
  const proven = await pressOn(browser, wrong, "Confirm", {
    entered: { code: authenticator.code() },
  });
  expect([proven.url.pathname, proven.url.hash, reportOf(proven)]).toEqual([
    account,
    "#second-factor",
    "Thank you. You can now continue.",
  ]);
  const off = await pressOn(browser, proven, "Turn off", {
    entered: { code: authenticator.code(30) },
  });
  expect(reportOf(off)).toStartWith("Two-factor authentication is off.");
});
