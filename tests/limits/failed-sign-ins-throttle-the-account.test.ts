import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, logIn, registerVerified, signUp } from "../support/journey.ts";
import { askForMagicLink, signInByMail } from "../support/magic-link.ts";
import { mailOfKind, mailsOfKind } from "../support/mail-of-kind.ts";
import { race } from "../support/race.ts";
import { maskTimestamp, visibleResponse } from "../support/visible-response.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";
import { watchComparisons } from "../support/watch-comparisons.ts";

// With the rate limits off, the limit on failures alone decides.
const app = useTestApp({
  settings: { LOGIN_QUEUE: "1000", LOCKOUT_THRESHOLD: "10" },
});
const wrongPassword = "Wrong-Password-1";

afterEach(() => {
  setSystemTime();
});

async function fail(email: string, times: number, headers: Record<string, string> = {}) {
  const answers: Answer[] = [];
  for (let index = 0; index < times; index += 1) {
    const json = { email, password: wrongPassword };
    answers.push(await app.call("POST", "/api/v1/auth/login", { json, headers }));
  }
  return answers;
}

function advance(seconds: number): void {
  setSystemTime(new Date(Date.now() + seconds * 1000));
}

// security 12, 19
test("after ten failures the right password gets the response of a wrong one, as does an unknown account", async () => {
  const user = await registerVerified(app);
  const [first] = await fail(user.email, 10);
  const right = await logIn(app, user);
  expect(right.status).toBe(401);
  const visible = (answer: Answer): string => visibleResponse(answer, maskTimestamp);
  expect(visible(right)).toEqual(visible(first ?? right));

  const unknown = await fail(freshEmail(), 12);
  expect(unknown.map(visible)).toEqual(unknown.map(() => visible(right)));

  const reasons = await app.rows(
    `select detail->>'reason' as reason from audit_log where user_id = '${user.userId}' and result = 'failure' order by at desc, id desc limit 1`,
  );
  expect(reasons).toEqual([{ reason: "throttled" }]);
});

test("with a threshold of one, the first failure begins the pause", async () => {
  await using strict = await startTestApp({ settings: { LOCKOUT_THRESHOLD: "1" } });
  const user = await registerVerified(strict);
  const json = { email: user.email, password: wrongPassword };
  expect((await strict.call("POST", "/api/v1/auth/login", { json })).status).toBe(401);
  const [row] = await strict.rows(`
    select points, total, blocks, extract(epoch from blocked_until - now())::int as pause,
      extract(epoch from window_ends_at - blocked_until)::int as rest,
      extract(epoch from expires_at - blocked_until)::int as kept from limit_counts`);
  expect(row).toMatchObject({ points: 1, total: 1, blocks: 1, rest: 900, kept: 30 * 86_400 });
  expect(Math.abs(900 - Number(row?.["pause"]))).toBeLessThan(60);
  expect((await logIn(strict, user)).status).toBe(401);

  advance(901);
  expect((await logIn(strict, user)).status).toBe(200);
  expect(await strict.rows("select * from limit_counts")).toEqual([]);
});

test("nine failures and a success: the count starts again", async () => {
  const user = await registerVerified(app);
  for (let round = 0; round < 3; round += 1) {
    await fail(user.email, 9);
    expect((await logIn(app, user)).status).toBe(200);
  }
});

// Every attempt is counted before its password is compared.
// security 20
test("200 parallel wrong passwords: at most ten are compared, then the right one is refused", async () => {
  const user = await registerVerified(app);
  const work = watchComparisons(app);
  const answers = await race(200, () =>
    app.post("/api/v1/auth/login", { email: user.email, password: wrongPassword }),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
  expect(work.started).toBe(10);
  expect((await logIn(app, user)).status).toBe(401);
  expect(work.started).toBe(10);
});

// security 21
test("the count survives a restart", async () => {
  const user = await registerVerified(app);
  await fail(user.email, 10);
  const restarted = await app.replica();
  expect((await logIn(restarted, user)).status).toBe(401);
});

// security 22
test("sign-in, password grant, password change, email change and deletion share one count", async () => {
  const user = await signUp(app);
  const headers = { cookie: "" };
  const { email, accessToken: bearer } = user;
  const form = { grant_type: "password", username: email, password: wrongPassword };
  const calls: (() => Promise<Answer>)[] = [
    () => app.post("/api/v1/auth/login", { email, password: wrongPassword }),
    () => app.call("POST", "/oauth/token", { form }),
    () =>
      app.call("POST", "/api/v1/auth/password/change", {
        bearer,
        headers,
        json: { current_password: wrongPassword, new_password: "Another-Password-2" },
      }),
    () =>
      app.call("POST", "/api/v1/auth/email/change", {
        bearer,
        json: { new_email: freshEmail(), password: wrongPassword },
      }),
    () => app.call("DELETE", "/api/v1/users/me", { bearer, json: { password: wrongPassword } }),
  ];
  const work = watchComparisons(app);
  for (const call of [...calls, ...calls]) expect([400, 401]).toContain((await call()).status);
  expect(work.started).toBe(10);

  expect((await logIn(app, user)).status).toBe(401);
  const changed = await app.call("POST", "/api/v1/auth/password/change", {
    bearer,
    json: { current_password: user.password, new_password: "Another-Password-2" },
  });
  expect(changed.status).toBe(401);
  expect(work.started).toBe(10);
});

describe("the owner is not kept out", () => {
  test("a device that signed in before has a count of its own, on any network", async () => {
    const user = await registerVerified(app);
    const cookie = deviceCookie(await logIn(app, user));
    await fail(user.email, 20);
    expect((await logIn(app, user)).status).toBe(401);

    const signIn = () =>
      app.call("POST", "/api/v1/auth/login", {
        json: { email: user.email, password: user.password },
        headers: { cookie },
      });
    expect((await signIn()).status).toBe(200);
    // Its own count is as strict, and its success has not admitted others.
    expect((await logIn(app, user)).status).toBe(401);
    await fail(user.email, 10, { cookie });
    expect((await signIn()).status).toBe(401);
  });

  test("the cookie of a device is worth nothing for another account, when altered, or when sent twice", async () => {
    const [user, other] = [await registerVerified(app), await registerVerified(app)];
    const cookie = deviceCookie(await logIn(app, other));
    const own = deviceCookie(await logIn(app, user));
    await fail(user.email, 10);
    const altered = `${own.slice(0, -2)}${own.endsWith("AA") ? "BB" : "AA"}`;
    for (const sent of [cookie, altered, `${own}; ${own}`, "gatehouse_device=x", `${own}.`]) {
      const json = { email: user.email, password: user.password };
      const answer = await app.call("POST", "/api/v1/auth/login", {
        json,
        headers: { cookie: sent },
      });
      expect([sent, answer.status]).toEqual([sent, 401]);
    }
  });

  test("a browser of two users is known to both", async () => {
    const [user, other] = [await registerVerified(app), await registerVerified(app)];
    const cookie = deviceCookie(await logIn(app, other));
    const both = deviceCookie(
      await app.call("POST", "/api/v1/auth/login", {
        json: { email: user.email, password: user.password },
        headers: { cookie },
      }),
    );
    for (const { email, password } of [user, other]) {
      await fail(email, 10);
      const json = { email, password };
      const answer = await app.call("POST", "/api/v1/auth/login", {
        json,
        headers: { cookie: both },
      });
      expect(answer.status).toBe(200);
    }
  });

  test("the cookie is readable by no script and is not sent to other sites", async () => {
    const user = await registerVerified(app);
    const header = (await logIn(app, user)).headers.get("set-cookie") ?? "";
    expect(header).toStartWith("gatehouse_device=");
    expect(header).toContain("HttpOnly");
    expect(header).toContain("SameSite=Lax");
    expect(header).toContain("Path=/");
  });

  test("a password reset works and admits the user again, on every replica", async () => {
    const user = await registerVerified(app);
    const replica = await app.replica();
    await fail(user.email, 11);
    expect((await logIn(replica, user)).status).toBe(401);
    await app.post("/api/v1/auth/password/reset", { email: user.email });
    const { token } = await mailOfKind(app, "reset-password", user.email);
    const password = "Another-Password-2";
    const reset = await app.post("/api/v1/auth/password/reset-confirm", { token, password });
    expect(reset.status).toBe(200);
    expect((await logIn(app, { ...user, password })).status).toBe(200);
    // The other replica is notified of the reset by the database.
    await eventually(
      async () => (await logIn(replica, { ...user, password })).status,
      (status) => status === 200,
    );
  });

  test("a reset admits also the device whose own attempts have failed, after which its cookie is void", async () => {
    const user = await registerVerified(app);
    const cookie = deviceCookie(await logIn(app, user));
    await fail(user.email, 10, { cookie });
    await app.post("/api/v1/auth/password/reset", { email: user.email });
    const { token } = await mailOfKind(app, "reset-password", user.email);
    const password = "Another-Password-2";
    await app.post("/api/v1/auth/password/reset-confirm", { token, password });
    const signIn = () =>
      app.call("POST", "/api/v1/auth/login", {
        json: { email: user.email, password },
        headers: { cookie },
      });
    expect((await signIn()).status).toBe(200);
    // A person who knew the earlier password has no lane of their own.
    await fail(user.email, 10);
    expect((await signIn()).status).toBe(401);
  });

  test("a change of the password makes other devices unknown, and keeps this one known", async () => {
    const user = await signUp(app);
    const other = deviceCookie(await logIn(app, user));
    const changed = await app.call("POST", "/api/v1/auth/password/change", {
      bearer: user.accessToken,
      json: { current_password: user.password, new_password: "Another-Password-2" },
    });
    expect(changed.status).toBe(200);
    await fail(user.email, 10);
    const signIn = (cookie: string) =>
      app.call("POST", "/api/v1/auth/login", {
        json: { email: user.email, password: "Another-Password-2" },
        headers: { cookie },
      });
    expect((await signIn(other)).status).toBe(401);
    expect((await signIn(deviceCookie(changed))).status).toBe(200);
  });

  test("a sign-in by mail works, and admits the password again", async () => {
    const user = await registerVerified(app);
    await fail(user.email, 11);
    const { token } = await askForMagicLink(app, user.email);
    expect((await signInByMail(app, { token })).status).toBe(200);
    expect((await logIn(app, user)).status).toBe(200);
  });
});

test("the pause doubles with each further failure, and a quiet time ends the series", async () => {
  const user = await registerVerified(app);
  await fail(user.email, 10);
  for (const minutes of [15, 30, 60]) {
    advance(minutes * 60 - 10);
    expect((await logIn(app, user)).status).toBe(401);
    advance(11);
    // One attempt is compared after each pause.
    const work = watchComparisons(app);
    await fail(user.email, 2);
    expect(work.started).toBe(1);
  }
  advance(2 * 3600 + 16 * 60);
  expect((await logIn(app, user)).status).toBe(200);
});

test("beyond a hundred failures in all, one attempt a day is compared", async () => {
  const user = await registerVerified(app);
  const work = watchComparisons(app);
  for (let round = 0; round < 12; round += 1) {
    await fail(user.email, 10);
    advance(31 * 60);
  }
  expect(work.started).toBe(100);
  advance(86_400);
  await fail(user.email, 3);
  expect(work.started).toBe(101);
});

test("the owner is told once: one mail, one event, one audit row, however long the attack", async () => {
  const user = await registerVerified(app);
  await race(40, () =>
    app.post("/api/v1/auth/login", { email: user.email, password: wrongPassword }),
  );
  advance(16 * 60);
  await fail(user.email, 3);
  const { text } = await mailOfKind(app, "account-locked", user.email);
  expect(text).toContain("127.0.0.1");
  expect(mailsOfKind(app, "account-locked", user.email)).toHaveLength(1);
  const count = async (query: string) => (await app.rows(query))[0]?.["count"];
  expect(
    await count(
      `select count(*)::int as count from audit_log where action = 'user.locked' and user_id = '${user.userId}'`,
    ),
  ).toBe(1);
  expect(
    await count(
      `select count(*)::int as count from events where user_id = '${user.userId}' and type = 'user.locked'`,
    ),
  ).toBe(1);
});

test("the right password of an unverified account is no failure", async () => {
  const email = freshEmail();
  const password = "SecurePassword123!";
  await app.post("/api/v1/auth/register", { email, password });
  for (let index = 0; index < 12; index += 1) {
    expect((await app.post("/api/v1/auth/login", { email, password })).json.error.code).toBe(
      "EMAIL_NOT_VERIFIED",
    );
  }
});

/** The `Cookie` header with the device's token of a response. */
function deviceCookie(answer: Answer): string {
  const header = answer.headers.get("set-cookie") ?? "";
  return /gatehouse_device=[^;]+/.exec(header)?.[0] ?? "";
}
