import { describe, expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { goodPassword, logIn, signUp } from "../support/journey.ts";
import { mailOfKind, mailsOfKind } from "../support/mail-of-kind.ts";
import {
  askForReset,
  changePassword,
  confirmReset,
  newPassword,
  outcomeOf,
  signUpTwice,
} from "../support/password-reset.ts";
import { race } from "../support/race.ts";
import { outcomeOfRefresh, refreshed, sessionOf, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

describe.each([...databaseKinds])("a change of password on %s", (database) => {
  const app = useTestApp({ database });

  // part of security 48
  test("ends every other session, and the present one continues and rotates", async () => {
    const { user, elsewhere, stranger } = await signUpTwice(app);
    expect(await statusOfMe(app, elsewhere.accessToken)).toBe(200);

    const changed = await changePassword(app, user);
    expect(outcomeOf(changed)).toEqual([200, null]);
    expect(Object.keys(changed.json.data)).toEqual(["message"]);
    expect(await statusOfMe(app, elsewhere.accessToken)).toBe(401);
    expect(await outcomeOfRefresh(app, elsewhere.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    expect(await statusOfMe(app, stranger.accessToken)).toBe(200);

    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    const next = await refreshed(app, user.refreshToken);
    expect(await statusOfMe(app, next.accessToken)).toBe(200);
    expect(sessionOf(next.accessToken)).toBe(sessionOf(user.accessToken));
    await refreshed(app, next.refreshToken);

    expect((await logIn(app, user)).status).toBe(401);
    expect((await logIn(app, { ...user, password: newPassword })).status).toBe(200);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // Attack: a thief has requested mails to a mailbox that the thief reads.
  // security 64
  test("revokes outstanding links and codes", async () => {
    const user = await signUp(app);
    const { email } = user;
    const token = await askForReset(app, email);
    await app.post("/api/v1/auth/magic-link", { email });
    const magic = await mailOfKind(app, "magic-link", email);
    await changePassword(app, user);

    const byLink = await app.post("/api/v1/auth/magic-link/verify", { token: magic.token });
    expect(outcomeOf(byLink)).toEqual([401, "INVALID_TOKEN"]);
    const byCode = await app.post("/api/v1/auth/magic-link/verify", { email, code: magic.code });
    expect(outcomeOf(byCode)).toEqual([401, "INVALID_CODE"]);
    const reset = await confirmReset(app, token, "Third-Passphrase-1!");
    expect(outcomeOf(reset)).toEqual([401, "INVALID_TOKEN"]);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
    expect(outcomeOf(await confirmReset(app, await askForReset(app, email, 2)))).toEqual([
      200,
      null,
    ]);
  });

  // Bad day: a double click.
  test("succeeds once of 20 concurrent requests", async () => {
    const user = await signUp(app);
    const answers = await race(20, (index) =>
      changePassword(app, user, `Racing-Passphrase-${index}!`),
    );
    const winner = answers.findIndex(({ status }) => status === 200);
    const codes = answers.map((answer) => outcomeOf(answer)[1]);
    expect(codes.filter((code) => code === null)).toHaveLength(1);
    expect(codes.filter((code) => code === "INVALID_CREDENTIALS")).toHaveLength(19);
    const password = `Racing-Passphrase-${winner}!`;
    expect((await logIn(app, { email: user.email, password })).status).toBe(200);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);

    await mailOfKind(app, "password-changed", user.email);
    expect(mailsOfKind(app, "password-changed", user.email)).toHaveLength(1);
  });

  // Attack: a thief who knows the old password signs in while it is being changed.
  // part of security 48
  test("ends a session that was opened with the old password meanwhile", async () => {
    const user = await signUp(app);
    const [changed, ...logIns] = await race(13, (index) =>
      index === 0 ? changePassword(app, user) : logIn(app, { ...user, password: goodPassword }),
    );
    expect(changed?.status).toBe(200);
    for (const { status, json } of logIns) {
      if (status !== 200) continue;
      expect(await statusOfMe(app, json.data.access_token)).toBe(401);
      expect(await outcomeOfRefresh(app, json.data.refresh_token)).toEqual([401, "INVALID_TOKEN"]);
    }
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
  });
});

// part of security 48
test("applies at every replica", async () => {
  await using app = await startTestApp();
  const replica = await app.replica();
  const user = await signUp(app);
  const other = (await logIn(replica, user)).json.data;
  expect(await statusOfMe(replica, other.access_token)).toBe(200);
  await changePassword(app, user);
  expect(await outcomeOfRefresh(replica, other.refresh_token)).toEqual([401, "INVALID_TOKEN"]);
  await eventually(
    () => statusOfMe(replica, other.access_token),
    (status) => status === 401,
  );
  const next = await refreshed(replica, user.refreshToken);
  expect(await statusOfMe(replica, next.accessToken)).toBe(200);
});
