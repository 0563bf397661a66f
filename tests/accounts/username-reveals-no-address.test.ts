import { describe, expect, test } from "bun:test";

import { meanwhile } from "../support/held-rows.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, logIn, registerVerified } from "../support/journey.ts";
import { askForMagicLink, signInByMail } from "../support/magic-link.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { askForReset, confirmReset, newPassword } from "../support/password-reset.ts";
import { race } from "../support/race.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const racers = 10;

describe("with CONCEAL_ACCOUNTS on Postgres", () => {
  const app = useTestApp({ settings: { CONCEAL_ACCOUNTS: "true" } });

  function register(email: string, username: string): Promise<Answer> {
    const json = { email, password: goodPassword, username };
    return app.post("/api/v1/auth/register", json);
  }

  /** Registers an address that is free, and gives it with the token that was mailed to it. */
  async function newcomer(username: string): Promise<{ email: string; token: string }> {
    const email = freshEmail();
    expect((await register(email, username)).status).toBe(201);
    return { email, token: (await mailOfKind(app, "verify-email", email)).token };
  }

  function verify(token: string): Promise<Answer> {
    return app.post("/api/v1/auth/verify-email", { token });
  }

  async function usernameOf(email: string): Promise<unknown> {
    const [user] = await app.rows(
      `select username, wanted_username from users where email = '${email}' and deleted_at is null`,
    );
    expect(user?.["wanted_username"]).toBeNull();
    return user?.["username"];
  }

  // Attack: register an address with a free username, and check whether it is taken afterwards.
  // part of security 14
  test("a pending registration reserves no username, and a taken username gets the same response", async () => {
    const owner = await registerVerified(app, { username: "held" });
    for (const username of ["asked-for", "HELD"]) {
      const free = freshEmail();
      const answers = [
        await register(owner.email, username),
        await register(free, username),
        await register(freshEmail(), username),
      ];
      expect(answers.map(({ status }) => status)).toEqual([201, 201, 201]);
      expect(await app.rows(`select username from users where email = '${free}'`)).toEqual([
        { username: null },
      ]);
    }
    await mailOfKind(app, "account-exists", owner.email, 2);
    const { accessToken: bearer } = await signedIn(owner);
    const json = { username: "asked-for" };
    expect((await app.call("PATCH", "/api/v1/users/me", { bearer, json })).status).toBe(200);
  });

  test("the first user who verifies their address gets the username, in any case, and can sign in with it", async () => {
    const [first, second] = [await newcomer("Wished-for"), await newcomer("wished-FOR")];
    expect((await verify(second.token)).status).toBe(200);
    expect((await verify(first.token)).status).toBe(200);
    expect(await usernameOf(second.email)).toBe("wished-FOR");
    expect(await usernameOf(first.email)).toBeNull();
    const json = { username: "wished-for", password: goodPassword };
    const { data } = (await app.post("/api/v1/auth/login", json)).json;
    expect([data.user.email, data.user.username]).toEqual([second.email, "wished-FOR"]);
    expect((await logIn(app, { email: first.email, password: goodPassword })).status).toBe(200);
  });

  test("a code grants the username as well, but not one that a deleted user gave up", async () => {
    const former = await newcomer("former");
    await verify(former.token);
    await app.rows(`update users set deleted_at = now() where email = '${former.email}'`);
    for (const [wanted, granted] of [
      ["latter", "latter"],
      ["former", null],
    ] as const) {
      const email = freshEmail();
      await register(email, wanted);
      const { code } = await mailOfKind(app, "verify-email", email);
      expect((await app.post("/api/v1/auth/verify", { email, code })).status).toBe(200);
      expect(await usernameOf(email)).toBe(granted);
    }
  });

  // Bad day: a violated constraint would be a 500, and the link used up or not.
  // part of security 128
  test("of ten users who want one username and verify at once, all are verified and one gets it", async () => {
    const newcomers = await Promise.all(
      Array.from({ length: racers }, () => newcomer("raced-for")),
    );
    const answers = await race(racers, (index) => verify(newcomers[index]?.token ?? ""));
    expect(answers.map(({ status }) => status)).toEqual(Array(racers).fill(200));
    const names = await Promise.all(newcomers.map(({ email }) => usernameOf(email)));
    expect(names.filter((name) => name !== null)).toEqual(["raced-for"]);
    const [audit] = await app.rows(
      `select count(*)::int as count from audit_log where action = 'user.email_verified' and result = 'success'
       and user_id in (select id from users where email in ('${newcomers.map(({ email }) => email).join("','")}'))`,
    );
    expect(audit).toEqual({ count: racers });
  });

  // Attack: an impostor registers the victim's address; the victim uses a mail that they requested themselves.
  // part of security 61
  test("an account that is taken over by another mail gets no username that was not asked for", async () => {
    const [byLink, byReset] = [await newcomer("impostor-1"), await newcomer("impostor-2")];
    const { token } = await askForMagicLink(app, byLink.email);
    expect((await signInByMail(app, { token })).status).toBe(200);
    await confirmReset(app, await askForReset(app, byReset.email));
    const { email } = byReset;
    expect((await logIn(app, { email, password: newPassword })).status).toBe(200);
    for (const user of [byLink, byReset]) {
      expect(await usernameOf(user.email)).toBeNull();
      expect((await verify(user.token)).status).toBe(401);
    }
  });

  async function signedIn(user: { email: string; password: string }) {
    return { accessToken: String((await logIn(app, user)).json.data.access_token) };
  }
});

// Bad day: the one who gets it is not committed yet when the other one looks whether it is free.
test("a username that is taken in a race costs the other user neither the link nor an error", async () => {
  await using app = await startTestApp({ settings: { CONCEAL_ACCOUNTS: "true" } });
  const faster = await registerVerified(app);
  const email = freshEmail();
  const json = { email, password: goodPassword, username: "contested" };
  await app.post("/api/v1/auth/register", json);
  const { token } = await mailOfKind(app, "verify-email", email);
  const taken = `update users set username = 'Contested' where id = '${faster.userId}'`;
  const verified = await meanwhile(app, taken, () =>
    app.post("/api/v1/auth/verify-email", { token }),
  );
  expect(verified.status).toBe(200);
  expect(
    await app.rows(
      `select username, email_verified_at is not null as verified from users where email = '${email}'`,
    ),
  ).toEqual([{ username: null, verified: true }]);
});
