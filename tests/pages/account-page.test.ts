import { describe, expect, test } from "bun:test";

import {
  faultsOf,
  openPath,
  pressOn,
  reportOf,
  signInAgain,
  signUpToAccount,
  wayTo,
} from "../support/account-page.ts";
import { freshEmail, goodPassword, logIn, mailTo } from "../support/journey.ts";
import { openSessionsOf } from "../support/magic-link.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { headingOf, shownTo } from "../support/page-forms.ts";
import { newPassword } from "../support/password-reset.ts";
import { createSocialBrowser } from "../support/social-sign-in.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const account = "/account";

test("a browser without a session is sent to sign in, and returns to the page that it asked for", async () => {
  for (const path of [account, "/account/data", "/account?done=profile"]) {
    const page = await createSocialBrowser(() => app).open(`http://localhost:8000${path}`, {
      stopAt: "http://localhost:8000/sign-in",
    });
    const location = new URL(page.headers.get("location") ?? "");
    expect([page.status, location.pathname, location.searchParams.get("return_to")]).toEqual([
      303,
      "/sign-in",
      `http://localhost:8000${path}`,
    ]);
  }
});

describe("the profile", () => {
  test("is saved, with what was emptied removed, and the page reports it", async () => {
    const { browser, userId } = await signUpToAccount(app, { username: "grace-h", name: "Grace" });
    const page = await openPath(browser, account);
    const entered = {
      name: "",
      username: "grace-hopper",
      phone: "+44 20 7946 0958",
      avatar_url: "https://example.com/grace.png",
      locale: "de",
    };
    const saved = await pressOn(browser, page, "Save profile", { entered });
    expect([...wayTo(saved), reportOf(saved)]).toEqual([
      2,
      200,
      "/account?done=profile",
      "Your profile has been saved.",
    ]);
    const [row] = await app.rows(
      `select name, username, phone, avatar_url, locale from users where id = '${userId}'`,
    );
    expect(row).toEqual({ ...entered, name: null });
    // A reload shows the page, and posts nothing again.
    expect(saved.headers.get("cache-control")).toBe("no-store");
  });

  test("with faults is shown again, with what was typed", async () => {
    const { browser, userId } = await signUpToAccount(app);
    const other = await signUpToAccount(app, { username: "taken-name" });
    expect(other.userId).not.toBe(userId);
    const page = await openPath(browser, account);
    const save = (entered: Record<string, string>) =>
      pressOn(browser, page, "Save profile", { entered });
    const wrong = await save({
      name: "Ada\u202e",
      username: "a b",
      phone: "call me",
      avatar_url: "javascript:alert(1)",
    });
    expect([wrong.status, headingOf(wrong), faultsOf(wrong)]).toEqual([
      400,
      "Profile",
      [
        "This name cannot be used.",
        "This username cannot be used. Please choose another.",
        "This is not a telephone number.",
        "This is not the address of a web page.",
      ],
    ]);
    expect(wrong.text).toContain('value="call me"');
    for (const [username, fault] of [
      ["Taken-Name", "This username is already taken. Please choose another."],
      ["admin", "This username cannot be used. Please choose another."],
    ] as const) {
      const refused = await save({ username });
      expect([refused.status, faultsOf(refused)]).toEqual([400, [fault]]);
      expect(refused.text).toContain(`value="${username}"`);
    }
    const [row] = await app.rows(`select username, name from users where id = '${userId}'`);
    expect(row).toEqual({ username: null, name: null });
  });
});

// security 70
describe("the e-mail address", () => {
  test("stays until the link in the mail to the new one is used", async () => {
    const { browser, email, password, userId } = await signUpToAccount(app);
    const page = await openPath(browser, account);
    const newEmail = freshEmail();
    const ask = (entered: Record<string, string>) =>
      pressOn(browser, page, "Send link", { entered });
    const wrong = await ask({ new_email: newEmail, password: "Wrong-Password-1!" });
    expect([wrong.status, faultsOf(wrong)]).toEqual([401, ["The password is wrong."]]);
    expect(wrong.text).toContain(`value="${newEmail}"`);
    expect(wrong.text).not.toContain("Wrong-Password-1!");
    for (const [entered, status, fault] of [
      [{ new_email: newEmail, password: "" }, 400, "Enter your password."],
      [{ new_email: email, password }, 400, "This is your present address."],
      [
        { new_email: "ada@", password },
        400,
        "This is not a complete e-mail address. Please correct it.",
      ],
    ] as const) {
      const refused = await ask(entered);
      expect([refused.status, faultsOf(refused)]).toEqual([status, [fault]]);
    }
    const asked = await ask({ new_email: newEmail, password });
    expect(wayTo(asked)).toEqual([2, 200, "/account?done=email"]);
    expect(reportOf(asked)).toStartWith("We have sent a link to the new address");
    const { link } = await mailOfKind(app, "change-email", newEmail);
    const confirmed = await pressOn(browser, await browser.open(link), "Use this address");
    expect(confirmed.status).toBe(200);
    const [row] = await app.rows(`select email from users where id = '${userId}'`);
    expect(row).toEqual({ email: newEmail });
  });
});

describe("the password", () => {
  // security 48, 69
  test("is changed with the present one: other sessions end, and this browser gets another token", async () => {
    const user = await signUpToAccount(app);
    const { browser, password, userId } = user;
    const other = await signInAgain(app, user, 2);
    const page = await openPath(browser, account);
    const change = (current: string, chosen: string, repeated = chosen) =>
      pressOn(browser, page, "Change password", {
        entered: {
          current_password: current,
          new_password: chosen,
          new_password_confirmation: repeated,
        },
      });
    for (const [answer, status, fault] of [
      [await change("Wrong-Password-1!", newPassword), 401, "The password is wrong."],
      [await change("", newPassword), 400, "Enter your password."],
      [await change(password, newPassword, "other"), 400, "Passwords do not match."],
      [await change(password, newPassword, ""), 400, "Passwords do not match."],
    ] as const) {
      expect([answer.status, faultsOf(answer)]).toEqual([status, [fault]]);
    }
    const weak = await change(password, "short");
    expect([weak.status, faultsOf(weak).join(" ")]).toEqual([
      400,
      expect.stringContaining("at least 8 characters"),
    ]);
    const before = await app.rows(
      `select browser_token_hash from sessions where user_id = '${userId}'`,
    );
    const changed = await change(password, newPassword);
    expect([...wayTo(changed), reportOf(changed)]).toEqual([
      2,
      200,
      "/account?done=password",
      "Your password has been changed. All other sessions have been ended.",
    ]);
    expect(await openSessionsOf(app, userId)).toHaveLength(1);
    const [{ browser_token_hash: hash } = {}] = await app.rows(
      `select browser_token_hash from sessions where user_id = '${userId}' and ended_at is null`,
    );
    expect(before.map((row) => row["browser_token_hash"])).not.toContain(hash);
    const ended = await other.open(`http://localhost:8000${account}`, {
      stopAt: "http://localhost:8000/sign-in",
    });
    expect(ended.status).toBe(303);
    expect((await logIn(app, { email: user.email, password: newPassword })).status).toBe(200);
  });

  test("of an account without one is set by a mailed link", async () => {
    const user = await signUpToAccount(app);
    await app.rows(`update users set password_hash = null where id = '${user.userId}'`);
    const { browser } = user;
    const page = await openPath(browser, account);
    expect(page.text).toContain("Your account has no password.");
    expect(page.text).not.toContain('type="password"');
    const forms = page.text.match(/account\/password\/mail/g);
    expect(forms).toHaveLength(1);
    const asked = await browser.open("http://localhost:8000/account/password/mail", {
      method: "POST",
      form: shownTo(user.userId),
      from: page,
    });
    expect(wayTo(asked)).toEqual([2, 200, "/account?done=passwordMail"]);
    const { kind } = await mailTo(app, user.email, 3);
    expect(kind).toBe("reset-password");
  });
});

describe("sessions", () => {
  // security 50
  test("are listed, and one of them is ended at once", async () => {
    const user = await signUpToAccount(app);
    const other = await signInAgain(app, user, 2);
    const page = await openPath(user.browser, account);
    expect(page.text.match(/Firefox, Linux/g)?.length).toBeGreaterThanOrEqual(2);
    expect(page.text.match(/>this browser</g)).toHaveLength(1);
    const rows = await app.rows(
      `select id from sessions where user_id = '${user.userId}' order by created_at`,
    );
    const hidden = { id: String(rows.at(-1)?.["id"]) };
    const ended = await pressOn(user.browser, page, "End session", { hidden });
    expect(reportOf(ended)).toBe("The session has been ended.");
    const refused = await other.open(`http://localhost:8000${account}`, {
      stopAt: "http://localhost:8000/sign-in",
    });
    expect(refused.status).toBe(303);
    const again = await pressOn(user.browser, page, "End session", { hidden });
    expect([again.status, headingOf(again)]).toEqual([404, "This entry does not exist"]);
  });

  test("end with that of the browser itself, and all at once", async () => {
    for (const button of ["End session", "Sign out everywhere"]) {
      const user = await signUpToAccount(app);
      const page = await openPath(user.browser, account);
      const ended = await pressOn(user.browser, page, button);
      expect([ended.status, headingOf(ended)]).toEqual([200, "You are signed out"]);
      expect(ended.headers.getSetCookie().join()).toMatch(/gatehouse_session=;/);
      expect(await openSessionsOf(app, user.userId)).toEqual([]);
    }
  });
});

describe("one's own data", () => {
  test("is downloaded as a file, with everything about the user and no secret", async () => {
    const user = await signUpToAccount(app, { username: "data-user", name: "Ada" });
    const failed = await logIn(app, { email: user.email, password: "Wrong-Password-1!" });
    expect(failed.status).toBe(401);
    const file = await openPath(user.browser, "/account/data");
    expect([file.status, file.headers.get("content-type")]).toEqual([
      200,
      "application/json; charset=utf-8",
    ]);
    expect(file.headers.get("content-disposition")).toBe('attachment; filename="account.json"');
    expect(file.headers.get("cache-control")).toBe("no-store");
    expect(file.json).toMatchObject({
      user: { id: user.userId, email: user.email, username: "data-user", roles: ["user"] },
      has_password: true,
      has_second_factor: false,
      identities: [],
      passkeys: [],
      sessions: [{ current: true }],
    });
    const actions = file.json.audit_log.map(({ action }: { action: string }) => action);
    expect(actions).toContain("user.registered");
    const results = file.json.audit_log.map(({ result }: { result: string }) => result);
    expect(results).toContain("failure");
    expect(file.text).not.toMatch(/hash|token|secret|\$2[aby]\$/);
  });

  test("does not have the address and the browser of an administrator who acted on the account", async () => {
    const user = await signUpToAccount(app);
    const admin = "00000000-0000-7000-8000-000000000001";
    await app.rows(
      `insert into audit_log (id, at, action, result, actor_kind, actor_id, user_id, session_id, amr, ip_address, user_agent, request_id)
       values ('${Bun.randomUUIDv7()}', now(), 'user.roles_changed', 'success', 'user', '${admin}', '${user.userId}', '${admin}',
         '{pwd}', '198.51.100.7', 'Admin browser', 'test')`,
    );
    const { json, text } = await openPath(user.browser, "/account/data");
    expect(text).not.toMatch(/198\.51\.100\.7|Admin browser|00000000-0000-7000/);
    const row = json.audit_log.find(
      ({ action }: { action: string }) => action === "user.roles_changed",
    );
    expect(row).toMatchObject({ actor_kind: "user", actor_id: null, ip: null, user_agent: null });
  });
});

describe("the deletion of the account", () => {
  test("needs the password and a confirmation, and signs out everywhere", async () => {
    const user = await signUpToAccount(app);
    const { browser, password, userId } = user;
    const page = await openPath(browser, account);
    const remove = (entered: Record<string, string>) =>
      pressOn(browser, page, "Delete account", { entered });
    for (const [entered, status, fault] of [
      [{ password, confirm: "" }, 400, "Confirm that you want to delete your account."],
      [{ password: "Wrong-Password-1!" }, 401, "The password is wrong."],
      [{ password: "" }, 400, "Enter your password."],
    ] as const) {
      const refused = await remove({ confirm: "yes", ...entered });
      expect([refused.status, faultsOf(refused)]).toEqual([status, [fault]]);
    }
    const deleted = await remove({ confirm: "yes", password });
    expect([deleted.status, headingOf(deleted)]).toEqual([200, "Your account has been deleted"]);
    expect(deleted.headers.getSetCookie().join()).toMatch(/gatehouse_session=;/);
    const [row] = await app.rows(`select deleted_at from users where id = '${userId}'`);
    expect(row?.["deleted_at"]).not.toBeNull();
    expect((await logIn(app, { email: user.email, password: goodPassword })).status).toBe(401);
  });
});
