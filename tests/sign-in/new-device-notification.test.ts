import { expect, test } from "bun:test";

import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { askForMagicLink, signInByMail } from "../support/magic-link.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { race } from "../support/race.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const macChrome = (version: string) =>
  `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version} Safari/537.36`;
const firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0";

const app = useTestApp();

async function signIn(
  user: { email: string; password: string },
  userAgent: string,
): Promise<Answer> {
  const { email, password } = user;
  const headers = { "user-agent": userAgent };
  const answer = await app.post("/api/v1/auth/login", { email, password }, { headers });
  expect(answer.status).toBe(200);
  return answer;
}

/** The notices queued for a user so far, sent or not: they are written with the sign-in. */
async function noticesTo(userId: string): Promise<unknown[]> {
  const rows = await app.rows(
    `select payload->'facts'->>'userAgent' as agent from outbox
     where topic = 'mail' and key = '${userId}' and payload->>'kind' = 'new-sign-in' order by created_at, id`,
  );
  return rows.map(({ agent }) => agent);
}

test("the first device and an update of it send no notice; another device sends one", async () => {
  const user = await registerVerified(app);
  await signIn(user, macChrome("126.0.0.0"));
  await signIn(user, macChrome("126.0.0.0"));
  await signIn(user, macChrome("131.0.6778.85").replace("10_15_7", "14_1"));
  expect(await noticesTo(user.userId)).toEqual([]);

  await signIn(user, firefox);
  await signIn(user, firefox.replaceAll("128.0", "133.0"));
  expect(await noticesTo(user.userId)).toEqual([firefox]);

  const { text } = await mailOfKind(app, "new-sign-in", user.email);
  expect(text).toContain("127.0.0.1");
  expect(text).not.toContain("token=");
});

test("every way to sign in sends the notice", async () => {
  const user = await registerVerified(app);
  await signIn(user, firefox);
  const { token } = await askForMagicLink(app, user.email);
  const byMail = await signInByMail(app, { token }, { headers: { "user-agent": "Mail reader" } });
  const byGrant = await app.call("POST", "/oauth/token", {
    form: { grant_type: "password", username: user.email, password: user.password },
    headers: { "user-agent": "Client" },
  });
  expect([byMail.status, byGrant.status]).toEqual([200, 200]);
  expect(await noticesTo(user.userId)).toEqual(["Mail reader", "Client"]);
});

// Bad day: an application signs in from many places at once; one mail is enough.
test("of 20 concurrent sign-ins from a new device one sends the notice", async () => {
  const user = await registerVerified(app);
  await signIn(user, firefox);
  await race(20, () => signIn(user, macChrome("126.0.0.0")));
  expect(await noticesTo(user.userId)).toHaveLength(1);
  const devices = await app.rows(`select * from known_devices where user_id = '${user.userId}'`);
  expect(devices).toHaveLength(2);
});

test("the row of a known device is written once a day, not at each sign-in", async () => {
  const user = await registerVerified(app);
  const versionOfRow = async () => {
    await signIn(user, firefox);
    const select = `select xmin::text, extract(epoch from now() - last_seen_at)::int as seconds
      from known_devices where user_id = '${user.userId}'`;
    return (await app.rows(select))[0];
  };
  const first = await versionOfRow();
  expect(await versionOfRow()).toMatchObject({ xmin: first?.["xmin"] });
  const moved = `update known_devices set last_seen_at = last_seen_at - interval '25 hours' where user_id = '${user.userId}'`;
  await app.rows(moved);
  expect(Number((await versionOfRow())?.["seconds"])).toBeLessThan(3600);
  expect(await noticesTo(user.userId)).toEqual([]);
});

test("a failed sign-in records no device, and sends no notice", async () => {
  const user = await registerVerified(app);
  await signIn(user, firefox);
  const headers = { "user-agent": "Burglar" };
  const wrong = { email: user.email, password: "wrong-password" };
  expect((await app.post("/api/v1/auth/login", wrong, { headers })).status).toBe(401);
  expect(await noticesTo(user.userId)).toEqual([]);
  const devices = await app.rows(`select * from known_devices where user_id = '${user.userId}'`);
  expect(devices).toHaveLength(1);
});

// Attack: registering a stranger's address, and filling the mailbox by sign-ins from new devices.
test("an unverified address gets no notice", async () => {
  await using open = await startTestApp({ settings: { REQUIRE_EMAIL_VERIFICATION: "false" } });
  const user = { email: freshEmail(), password: goodPassword };
  expect((await open.post("/api/v1/auth/register", user)).status).toBe(201);
  for (const agent of ["One", "Another"]) {
    const headers = { "user-agent": agent };
    expect((await open.post("/api/v1/auth/login", user, { headers })).status).toBe(200);
  }
  const rows = await open.rows("select id from outbox where payload->>'kind' = 'new-sign-in'");
  expect(rows).toEqual([]);
  expect(await open.rows("select device from known_devices")).toHaveLength(3);
});
