import { describe, expect, test } from "bun:test";

import {
  openPath,
  pressOn,
  reportOf,
  signInAgain,
  signUpToAccount,
} from "../support/account-page.ts";
import { signInAdmin } from "../support/admin.ts";
import { freshEmail } from "../support/journey.ts";
import { formsOf, headingOf } from "../support/page-forms.ts";
import { AppError } from "../../src/kernel/errors.ts";
import { useTestApp } from "../support/test-app.ts";

const account = "/account";

describe("with limits", () => {
  const app = useTestApp({ settings: { RATE_LIMITS_ENABLED: "true" } });

  test("a form beyond a limit is shown again with what was typed, and when to try again", async () => {
    const { browser, password } = await signUpToAccount(app);
    const page = await openPath(browser, account);
    const ask = (newEmail: string) =>
      pressOn(browser, page, "Send link", { entered: { new_email: newEmail, password } });
    for (let count = 0; count < 5; count += 1) {
      expect((await ask(freshEmail())).status).toBe(200);
    }
    const wanted = freshEmail();
    const limited = await ask(wanted);
    expect([limited.status, reportOf(limited)]).toEqual([
      429,
      "There were too many attempts. Please wait a few minutes, then try again.",
    ]);
    expect(Number(limited.headers.get("retry-after"))).toBeGreaterThan(60);
    expect(formsOf(limited.text)[0]?.fields["new_email"]).toBe(wanted);
    expect(limited.text).not.toContain(password);
  });
});

describe("without a database", () => {
  const app = useTestApp();

  test("every page says that the service is not available, and the form works afterwards", async () => {
    const { browser } = await signUpToAccount(app);
    const page = await openPath(browser, account);
    const { db, dbForRequest } = app.platform;
    const broken = new Proxy(db, {
      get: () => {
        throw new AppError("UNAVAILABLE", "The service is temporarily unavailable.");
      },
    });
    const save = () =>
      pressOn(browser, page, "Save profile", { entered: { name: "Ada Lovelace" } });
    Object.assign(app.platform, { dbForRequest: () => broken });
    try {
      const ways = ["", "/data", "/reauthenticate"].map((path) =>
        openPath(browser, `${account}${path}`),
      );
      for (const answer of [...(await Promise.all(ways)), await save()]) {
        // Without a cached session the edge shows the page, and else the account page.
        expect([answer.status, headingOf(answer) !== ""]).toEqual([503, true]);
        expect(answer.text).toContain("The service is not available right now.");
        expect(answer.text).toContain("<a ");
      }
    } finally {
      Object.assign(app.platform, { dbForRequest });
    }
    expect(reportOf(await save())).toBe("Your profile has been saved.");
  });

  test("the last administrator cannot delete their account, and is told why", async () => {
    const admin = await signInAdmin(app);
    const browser = await signInAgain(app, admin);
    const page = await openPath(browser, account);
    const entered = { password: admin.password, confirm: "yes" };
    const kept = await pressOn(browser, page, "Delete account", { entered });
    expect([kept.status, reportOf(kept)]).toEqual([
      409,
      "You are the last administrator, so your account cannot be deleted.",
    ]);
  });
});
