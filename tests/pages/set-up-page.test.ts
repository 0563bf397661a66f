import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { issueSetUpToken } from "../../src/features/user-administration/index.ts";
import { signInAdmin } from "../support/admin.ts";
import { writeFailures } from "../support/audit-rows.ts";
import { browserTokenOf, sessionCookieOf, statusInBrowser } from "../support/browser-session.ts";
import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword, logIn, signUp } from "../support/journey.ts";
import { headingOf, openPage, press, type ShownPage } from "../support/page-forms.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const title = "Create the first administrator";
const button = "Create administrator";

/** The token that a start prints. */
async function tokenOf(app: TestApp): Promise<string> {
  return (await issueSetUpToken(app.platform)) ?? "";
}

/** Fills in the form of the link, and sends it. */
async function setUp(
  app: TestApp,
  token: string,
  entered: Record<string, string>,
): Promise<ShownPage> {
  const page = await openPage(app, `/set-up?token=${token}`);
  expect([page.status, headingOf(page)]).toEqual([200, title]);
  const passwords = { password: goodPassword, password_confirmation: goodPassword };
  return press(app, page, button, { entered: { ...passwords, ...entered } });
}

afterEach(() => {
  setSystemTime();
});

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // security 56
  test("one of racing uses makes one admin, verified and signed in; then every link is dead", async () => {
    const tokens = [await tokenOf(app), await tokenOf(app)];
    const weak = await setUp(app, tokens[0] ?? "", { password: "weak" });
    expect([weak.status, headingOf(weak)]).toEqual([400, title]);
    expect(weak.text).toContain("must have at least 8 characters");

    const shown = await race(4, (index) =>
      setUp(app, tokens[index % 2] ?? "", { email: freshEmail(), username: `admin-${index}` }),
    );
    const made = shown.find(({ status }) => status === 303);
    if (made === undefined) throw new Error("no request made an admin");
    expect(await statusInBrowser(app, browserTokenOf(made))).toBe(200);
    for (const refused of shown.filter((each) => each !== made)) {
      expect(refused.status).toBe(400);
      expect(headingOf(refused)).toContain("does not work");
      expect(sessionCookieOf(refused)).toBeNull();
    }

    const users = await app.rows(
      `select email, email_verified_at is not null as verified, role
       from users left join user_roles on user_id = users.id`,
    );
    expect(users).toEqual([{ email: expect.any(String), verified: true, role: "admin" }]);
    const email = String(users[0]?.["email"]);
    const answer = await logIn(app, { email, password: goodPassword });
    expect(answer.json.data.user.roles).toEqual(["user", "admin"]);
    await writeFailures(app);
    const audit = await app.rows(
      "select result, detail from audit_log where action = 'user.created' order by result desc",
    );
    expect(audit[0]).toEqual({
      result: "success",
      detail: { roles: ["admin"], by: "set_up_link" },
    });
    const reasons = audit.slice(1).map(({ detail }) => detail);
    expect(reasons.length).toBeGreaterThanOrEqual(1);
    expect(JSON.stringify(reasons)).toContain("admin_exists");
    expect(await issueSetUpToken(app.platform)).toBeNull();
  });
});

describe("the link", () => {
  const app = useTestApp();
  const settings = { RATE_LIMITS_ENABLED: "true" };
  const limited = useTestApp({ settings });

  test("expires after a day, works on another replica, and is void once there is an admin", async () => {
    const expired = await tokenOf(app);
    setSystemTime(Date.now() + 86_401_000);
    const late = await setUp(app, expired, { email: freshEmail() });
    expect([late.status, headingOf(late)]).toEqual([400, "This link has expired"]);
    setSystemTime();

    const token = await tokenOf(app);
    const { email: taken } = await signUp(app);
    await using replica = await app.replica();
    const refused = await setUp(replica, token, { email: taken });
    expect([refused.status, headingOf(refused)]).toEqual([400, title]);
    expect(refused.text).toContain("There is already an account with this address");
    await writeFailures(app);
    await writeFailures(replica);
    const failures = await app.rows(
      "select detail from audit_log where action = 'user.created' and result = 'failure'",
    );
    expect(failures.map(({ detail }) => detail)).toContainEqual({
      by: "set_up_link",
      reason: "DUPLICATE_EMAIL",
    });

    await signInAdmin(app);
    const dead = await setUp(replica, token, { email: freshEmail() });
    expect(dead.status).toBe(400);
    const admins = await app.rows("select count(*)::int as count from user_roles");
    expect(admins).toEqual([{ count: 1 }]);
  });

  test("without its token, or with another, makes nothing", async () => {
    const token = await tokenOf(limited);
    for (const wrong of ["", "?token="]) {
      expect((await openPage(limited, `/set-up${wrong}`)).status).toBe(400);
    }
    const access = (await signUp(limited)).accessToken;
    for (const wrong of ["abc", `${token.slice(0, -4)}AAAA`, access, `${token}.`]) {
      const shown = await setUp(limited, wrong, { email: freshEmail() });
      expect([shown.status, sessionCookieOf(shown)]).toEqual([400, null]);
    }
    expect(await limited.rows("select role from user_roles")).toEqual([]);
    expect(limited.log.join("")).not.toContain(token);
  });

  test("is limited by client address before a password is hashed", async () => {
    const token = await tokenOf(limited);
    const { email } = await signUp(limited);
    const statuses: number[] = [];
    for (let index = 0; index < 12; index++) {
      statuses.push((await setUp(limited, token, { email })).status);
    }
    expect([statuses[0], statuses.at(-1)]).toEqual([400, 429]);
  });
});
