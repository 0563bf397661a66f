import { expect, test } from "bun:test";

import { openPath, pressOn, signInAgain, signUpToAccount } from "../support/account-page.ts";
import { registerVerified } from "../support/journey.ts";
import { askForMagicLink } from "../support/magic-link.ts";
import { formsOf, headingOf } from "../support/page-forms.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const title = "Another user is signed in now";

/** A browser with a page of a first user open in a tab, in which a second user has signed in since. */
async function tabOfFirstUser(path: string) {
  const first = await signUpToAccount(app, { name: "First" });
  const { browser } = first;
  const page = await openPath(browser, path);
  const second = await registerVerified(app, { name: "Second" });
  const { link } = await askForMagicLink(app, second.email, 1);
  await pressOn(browser, await browser.open(link), "Sign in");
  return { first, second, browser, page };
}

// Mistake: two people share a browser, and a tab of the first is still open.
test("a form that was shown to one user changes nothing of the next, and the page names who is signed in", async () => {
  const { second, browser, page } = await tabOfFirstUser("/account");
  for (const [button, entered] of [
    ["Save profile", { name: "Changed" }],
    ["Sign out everywhere", {}],
    ["Delete account", { confirm: "true", password: second.password }],
  ] as const) {
    const answer = await pressOn(browser, page, button, { entered });
    expect([button, answer.status, headingOf(answer)]).toEqual([button, 409, title]);
    expect(answer.text).toContain(`Go to the account of ${second.email}`);
  }
  const [row] = await app.rows(
    `select name, deleted_at, (select count(*)::int from sessions where user_id = users.id and ended_at is null) as open
     from users where id = '${second.userId}'`,
  );
  expect(row).toEqual({ name: "Second", deleted_at: null, open: 1 });
  const saved = await pressOn(browser, await openPath(browser, "/account"), "Save profile", {
    entered: { name: "Changed" },
  });
  expect(saved.url.search).toBe("?done=profile");
});

test("so does a form of a device, and one of the page that asks who the user is", async () => {
  const device = await tabOfFirstUser("/device");
  const entered = { user_code: "BCDF-GHJK" };
  const asked = await pressOn(device.browser, device.page, "Continue", { entered });
  expect([asked.status, headingOf(asked)]).toEqual([409, title]);
  const { browser, page, second } = await tabOfFirstUser("/account/reauthenticate");
  const { password } = second;
  const confirmed = await pressOn(browser, page, "Confirm", { entered: { password } });
  expect([confirmed.status, headingOf(confirmed)]).toEqual([409, title]);
});

test("every form of the account names its user, after a fault and on a page of its own too", async () => {
  const user = await signUpToAccount(app);
  const { browser, userId, password } = user;
  await signInAgain(app, user, 2);
  const page = await openPath(browser, "/account");
  const wrong = await pressOn(browser, page, "Save profile", { entered: { phone: "x" } });
  const begun = await pressOn(browser, page, "Set up", { entered: { password } });
  expect([wrong.status, begun.status]).toEqual([400, 200]);
  for (const shown of [page, wrong, begun, await openPath(browser, "/device")]) {
    const forms = formsOf(shown.text);
    expect(forms.length).toBeGreaterThan(0);
    for (const { fields } of forms) expect(fields["shown_to"]).toBe(userId);
  }
});
