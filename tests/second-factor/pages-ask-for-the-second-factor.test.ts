import { expect, test } from "bun:test";

import { browserTokenOf, sessionCookieOf, statusInBrowser } from "../support/browser-session.ts";
import { askForMagicLink } from "../support/magic-link.ts";
import { headingOf } from "../support/page-forms.ts";
import { signUpWithFactor, useFrozenStep } from "../support/second-factor.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
useFrozenStep();

const post = (path: string, form: Record<string, string>) => app.call("POST", path, { form });
const mfaTokenIn = (html: string) => /name="token" value="([^"]+)"/.exec(html)?.[1] ?? "";

// security 82
test("the pages of a sign-in by mail show no token before the second factor", async () => {
  const user = await signUpWithFactor(app);
  const { token } = await askForMagicLink(app, user.email);
  const byLink = await post("/magic-link", { token });
  const { code } = await askForMagicLink(app, user.email, 2);
  const byCode = await post("/magic-link/code", { email: user.email, code });
  for (const [page, typed] of [
    [byLink, user.authenticator.code()],
    [byCode, user.recoveryCodes[0] ?? ""],
  ] as const) {
    expect([page.status, page.text.includes("access-token")]).toEqual([200, false]);
    const mfaToken = mfaTokenIn(page.text);
    expect(sessionCookieOf(page)).toBeNull();
    for (const [wrong, status] of [
      ["", 400],
      ["12345", 400],
      ["000000", 401],
      ["AAAA-AAAA-AAAA-AAAA", 401],
    ] as const) {
      const refused = await post("/sign-in/second-factor", { token: mfaToken, code: wrong });
      expect([refused.status, mfaTokenIn(refused.text)]).toEqual([status, mfaToken]);
      expect(sessionCookieOf(refused)).toBeNull();
    }
    const done = await post("/sign-in/second-factor", { token: mfaToken, code: typed });
    expect([done.status, done.text]).toEqual([303, ""]);
    expect(await statusInBrowser(app, browserTokenOf(done))).toBe(200);
    const again = await post("/sign-in/second-factor", { token: mfaToken, code: typed });
    expect([again.status, headingOf(again)]).toEqual([401, "Sign in"]);
    expect(again.text).toContain("The sign-in took too long or was interrupted.");
  }
});

// Attack: another site posts the form, to sign its visitor in to the account of the site's owner.
test("a form of another site is refused", async () => {
  const form = { token: "any", code: "123456" };
  const headers = { "sec-fetch-site": "cross-site" };
  const answer = await app.call("POST", "/sign-in/second-factor", { form, headers });
  expect(answer.status).toBe(403);
});
