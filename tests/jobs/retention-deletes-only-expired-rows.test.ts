import { afterEach, expect, setSystemTime, test } from "bun:test";

import { deleteExpiredRows } from "../../src/app/jobs/retention.ts";
import { clientToken, introspect, makeClient } from "../support/clients.ts";
import { databaseKinds } from "../support/databases.ts";
import { firstRetentionRun } from "../support/first-retention-run.ts";
import { signUp } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

afterEach(() => {
  setSystemTime();
});

const user = "00000000-0000-7000-8000-000000000001";

/** An SQL timestamp so many days ago. */
function daysAgo(days: number): string {
  return `now() - interval '${days} days'`;
}

interface Row {
  readonly name: string;
  readonly insert: (id: number) => string;
  readonly stays: boolean;
}

function challenge(name: string, expired: number, stays: boolean): Row {
  return {
    name: `challenge ${name}`,
    stays,
    insert: (id) =>
      `insert into mail_challenges (user_id, purpose, id, email, token_hash, attempts, created_at, expires_at)
       values ('${user}', 'challenge ${name}', '${uuid(id)}', 'a@example.com', '${id}', 0,
         ${daysAgo(90)}, ${daysAgo(expired)})`,
  };
}

function wrongCodes(name: string, forgotten: number, stays: boolean): Row {
  return {
    name: `wrong codes ${name}`,
    stays,
    insert: () =>
      `insert into mail_code_attempts values ('wrong codes ${name}', ${daysAgo(forgotten)})`,
  };
}

function session(
  name: string,
  at: { ended?: number; expires: number; absolute?: number },
  stays: boolean,
): Row {
  const endedAt = at.ended === undefined ? "null" : daysAgo(at.ended);
  return {
    name: `session ${name}`,
    stays,
    insert: (id) =>
      `insert into sessions (id, user_id, amr, user_agent, refresh_token_hash, refresh_token_issued_at, created_at, last_used_at, expires_at, absolute_expires_at, ended_at)
       values ('${uuid(id)}', '${user}', '{pwd}', 'session ${name}', 'x', ${daysAgo(80)}, ${daysAgo(80)}, ${daysAgo(80)},
         ${daysAgo(at.expires)}, ${daysAgo(at.absolute ?? -10)}, ${endedAt})`,
  };
}

function message(name: string, delivered: number | null, dead: number | null, stays: boolean): Row {
  const timestamp = (days: number | null) => (days === null ? "null" : daysAgo(days));
  return {
    name: `message ${name}`,
    stays,
    insert: (id) =>
      `insert into outbox (id, topic, payload, created_at, available_at, delivered_at, dead_at)
       values ('${uuid(id)}', 'message ${name}', '{}', ${daysAgo(400)}, ${daysAgo(400)}, ${timestamp(delivered)}, ${timestamp(dead)})`,
  };
}

function device(name: string, seen: number, stays: boolean): Row {
  return {
    name: `device ${name}`,
    stays,
    insert: () =>
      `insert into known_devices values ('${user}', 'device ${name}', ${daysAgo(900)}, ${daysAgo(seen)})`,
  };
}

function trust(name: string, expired: number, stays: boolean): Row {
  return {
    name: `trust ${name}`,
    stays,
    insert: (id) =>
      `insert into trusted_devices (id, user_id, digest, credentials_version, user_agent, created_at, expires_at)
       values ('${uuid(id)}', '${user}', '${id}', 1, 'trust ${name}', ${daysAgo(60)}, ${daysAgo(expired)})`,
  };
}

function passkeyChallenge(name: string, expired: number, stays: boolean): Row {
  return {
    name: `passkey challenge ${name}`,
    stays,
    insert: (id) =>
      `insert into passkey_challenges (id, challenge, ceremony, expires_at)
       values ('${uuid(id)}', 'passkey challenge ${name}', 'authentication', ${daysAgo(expired)})`,
  };
}

const rows: readonly Row[] = [
  challenge("that lives", -0.01, true),
  challenge("that expired lately", 6.9, true),
  challenge("that expired long ago", 7.1, false),
  wrongCodes("that count", -0.01, true),
  wrongCodes("that are forgotten", 0.01, false),
  session("that lives", { expires: -1 }, true),
  session("that expired lately", { expires: 29 }, true),
  session("that expired long ago", { expires: 31 }, false),
  session("that ended lately", { expires: -1, ended: 29 }, true),
  session("that ended long ago", { expires: -1, ended: 31 }, false),
  session("past its absolute end", { expires: -1, absolute: 31 }, false),
  message("that is never due", null, null, true),
  message("delivered lately", 6.9, null, true),
  message("delivered long ago", 7.1, null, false),
  message("that died lately", null, 29, true),
  message("that died long ago", null, 31, false),
  device("seen this year", 364, true),
  device("not seen for a year", 366, false),
  trust("that lives", -0.01, true),
  trust("that expired", 0.01, false),
  passkeyChallenge("that lives", -0.01, true),
  passkeyChallenge("that expired", 0.01, false),
];

const everything = `select purpose as name from mail_challenges union select user_agent from sessions
  union select email from mail_code_attempts union select topic from outbox union select device from known_devices
  union select user_agent from trusted_devices union select challenge from passkey_challenges`;

function uuid(number: number): string {
  return `00000000-0000-7000-9000-${String(number).padStart(12, "0")}`;
}

async function insertUser(app: TestApp): Promise<void> {
  await app.rows(
    `insert into users (id, email, email_verified_at, created_at, updated_at) values ('${user}', 'a@example.com', now(), now(), now())`,
  );
}

// Vikunja never deleted reset tokens, because its cleaner covered only one kind of token.
// part of security 64
test.each([...databaseKinds])(
  "on %s rows that expired long enough ago are deleted, and all others stay",
  async (database) => {
    await using app = await startTestApp({ database });
    await firstRetentionRun(app);
    await insertUser(app);
    for (const [id, row] of rows.entries()) await app.rows(row.insert(id));
    await deleteExpiredRows(app.platform);
    const left = (await app.rows(everything)).map(({ name }) => String(name));
    const expected = rows.filter(({ stays }) => stays).map(({ name }) => name);
    expect(left.toSorted()).toEqual(expected.toSorted());
    expect(await app.rows("select id from users")).toHaveLength(1);
  },
);

// part of security 64
test("active sessions, queued mails and valid links are kept, and an expired link is unknown", async () => {
  const start = Date.now();
  await using app = await startTestApp();
  await firstRetentionRun(app);
  const old = await signUp(app);
  await app.post("/api/v1/auth/resend-verification", { email: old.email });
  setSystemTime(start + 40 * 86_400_000);
  const present = await signUp(app);
  await deleteExpiredRows(app.platform);

  const me = await app.call("GET", "/api/v1/users/me", { bearer: present.accessToken });
  expect(me.status).toBe(200);
  const refresh_token = present.refreshToken;
  expect((await app.post("/api/v1/auth/refresh", { refresh_token })).status).toBe(200);
  expect(await app.rows("select user_id from sessions")).toEqual([{ user_id: present.userId }]);
  expect(await app.rows("select user_id from mail_challenges")).toEqual([
    { user_id: present.userId },
  ]);
  const late = await app.post("/api/v1/auth/refresh", { refresh_token: old.refreshToken });
  expect(late.status).toBe(401);
});

// A replica whose clock is ahead deletes rows that the others still need.
// security 143
test("a client's revoked token stays revoked after a retention run by a clock that is ten minutes ahead", async () => {
  await using app = await startTestApp({ settings: { JWT_ACCESS_TOKEN_TTL: "15m" } });
  const client = await makeClient(app);
  const token = await clientToken(app, client);
  const revoked = await app.call("POST", "/oauth/revoke", { form: { token } });
  expect(revoked.status).toBe(200);
  const minute = 60_000;
  const justBeforeItExpires = Date.now() + 14 * minute;
  setSystemTime(justBeforeItExpires + 10 * minute);
  await deleteExpiredRows(app.platform);
  setSystemTime(justBeforeItExpires);
  expect((await introspect(app, client, token)).json).toEqual({ active: false });
});

test("every replica runs the retention job from its start", async () => {
  await using app = await startTestApp();
  expect(JSON.parse(await firstRetentionRun(app))).toMatchObject({ level: "debug", sessions: 0 });
  await insertUser(app);
  for (const [id, row] of rows.entries()) await app.rows(row.insert(id));
  expect(JSON.parse(await firstRetentionRun(await app.replica()))).toMatchObject({
    level: "info",
    challenges: 1,
    codeAttempts: 1,
    sessions: 3,
    deliveredMessages: 1,
    deadMessages: 1,
    devices: 1,
    trustedDevices: 1,
    passkeyChallenges: 1,
  });
  expect(await app.rows(everything)).toHaveLength(rows.filter(({ stays }) => stays).length);
});
