import { afterEach, expect, setSystemTime, test } from "bun:test";

import { mailTopic } from "../../src/features/mail/index.ts";
import { sendDueReminders } from "../../src/features/email-verification/index.ts";
import type { Mailer } from "../../src/platform/mail/port.ts";
import { createSystemContext } from "../../src/platform/platform.ts";
import { untilBackgroundWorkIsDone } from "../support/background-work.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { race } from "../support/race.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

afterEach(() => {
  setSystemTime();
});

const hour = 3_600_000;
const day = 24 * hour;

function remind(app: TestApp): Promise<void> {
  return sendDueReminders(createSystemContext(app.platform, "test"));
}

async function register(app: TestApp): Promise<string> {
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  if (answer.status !== 201) throw new Error(answer.text);
  await mailTo(app, email);
  return email;
}

/** The addresses of the users who were reminded, sorted. */
async function reminded(app: TestApp): Promise<string[]> {
  const rows = await app.rows(
    `select u.email from audit_log a join users u on u.id = a.user_id where a.action = 'user.verification_reminded'`,
  );
  return rows.map(({ email }) => String(email)).toSorted();
}

test.each([...databaseKinds])(
  "on %s each reminder is sent once at its time, and its link and code verify",
  async (database) => {
    const start = Date.now();
    await using app = await startTestApp({ database });
    const email = await register(app);
    const first = await mailTo(app, email);
    const counts: number[] = [];
    for (const hours of [23.9, 24.1, 25, 71.9, 72.1, 80, 200, 2000]) {
      setSystemTime(start + hours * hour);
      await remind(app);
      counts.push((await reminded(app)).length);
      await untilBackgroundWorkIsDone(app);
    }
    expect(counts).toEqual([0, 1, 1, 1, 2, 2, 2, 2]);
    expect(
      await app.rows(
        "select actor_kind, detail from audit_log where action = 'user.verification_reminded' order by id",
      ),
    ).toEqual([
      { actor_kind: "system", detail: { number: 1 } },
      { actor_kind: "system", detail: { number: 2 } },
    ]);

    setSystemTime(start + 73 * hour);
    const { token } = await mailOfKind(app, "verify-reminder", email, 2);
    const old = await app.post("/api/v1/auth/verify-email", { token: first.token });
    expect(old.json.error.code).toBe("EXPIRED_TOKEN");
    expect((await app.post("/api/v1/auth/verify-email", { token })).status).toBe(200);
  },
);

test("verified and deleted users get no reminder", async () => {
  const start = Date.now();
  await using app = await startTestApp();
  const verified = await register(app);
  const { token } = await mailTo(app, verified);
  expect((await app.post("/api/v1/auth/verify-email", { token })).status).toBe(200);
  const left = await register(app);
  await app.rows(`update users set deleted_at = now() where email = '${left}'`);
  const waiting = await register(app);
  setSystemTime(start + 25 * hour);
  await remind(app);
  expect(await reminded(app)).toEqual([waiting]);
});

// Bad day: the mail server is down when the reminder is due, and the user verifies before it is back.
test("a queued reminder is not sent to a user who has verified meanwhile", async () => {
  const start = Date.now();
  let isAway = false;
  const sent: string[] = [];
  const mailer: Mailer = {
    async send({ kind, to }) {
      if (isAway) throw new Error("connection refused");
      sent.push(`${kind} ${to.address}`);
    },
    close: async () => undefined,
  };
  await using app = await startTestApp({ overrides: { mailer } });
  const emails = [freshEmail(), freshEmail()];
  for (const email of emails) {
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
  }
  await eventually(
    () => sent.length,
    (count) => count === 2,
  );
  isAway = true;
  setSystemTime(start + 25 * hour);
  await remind(app);
  const failed = "select id from outbox where last_error is not null";
  await eventually(
    () => app.rows(failed),
    (rows) => rows.length === 2,
  );
  await app.rows(`update users set email_verified_at = now() where email = '${emails[0]}'`);
  isAway = false;
  setSystemTime(start + 26 * hour);
  app.platform.outboxWritten([mailTopic]);
  const undelivered = "select id from outbox where topic = 'mail' and delivered_at is null";
  await eventually(
    () => app.rows(undelivered),
    (rows) => rows.length === 0,
  );
  expect(sent.slice(2)).toEqual([`verify-reminder ${emails[1]}`]);
});

// Bad day: every replica finds at the same time that reminders are due.
test("of three replicas one sends each user's reminder", async () => {
  const start = Date.now();
  await using app = await startTestApp();
  const replicas = [app, await app.replica(), await app.replica()];
  const emails = Array.from({ length: 15 }, freshEmail);
  await race(emails.length, (index) =>
    app.post("/api/v1/auth/register", { email: emails[index], password: goodPassword }),
  );
  for (const [hours, times] of [
    [25, 1],
    [73, 2],
  ] as const) {
    setSystemTime(start + hours * hour);
    await race(6, (index) => remind(replicas[index % 3] ?? app));
    const expected = emails.flatMap((email) => Array.from({ length: times }, () => email));
    expect(await reminded(app)).toEqual(expected.toSorted());
  }
});

// Bad day: an operator sets VERIFY_REMINDERS years after users have registered.
test("a reminder due more than a week ago is skipped, and of two that are due only the later one is sent", async () => {
  const start = Date.now();
  await using app = await startTestApp({ settings: { VERIFY_REMINDERS: "1d,3d" } });
  const ages = [0.9, 1.1, 3.1, 7.9, 9.9, 10.1, 400];
  const emails: string[] = [];
  for (const age of ages) {
    setSystemTime(start - age * day);
    emails.push(await register(app));
  }
  setSystemTime(start);
  await remind(app);
  await remind(app);
  expect(await reminded(app)).toEqual(emails.slice(1, 5).toSorted());
  const sent = await app.rows(
    "select verify_reminders_sent as sent from users order by created_at desc",
  );
  expect(sent.map((row) => row["sent"])).toEqual([0, 1, 2, 2, 2, 0, 0]);
});

test("the reminder job runs on its own, at the times of VERIFY_REMINDERS", async () => {
  await using app = await startTestApp({ settings: { VERIFY_REMINDERS: "1s,2s" } });
  await using silent = await startTestApp({ settings: { VERIFY_REMINDERS: "" } });
  const email = await register(app);
  await register(silent);
  // The mail of the second one supersedes that of the first if this is not sent yet.
  await mailOfKind(app, "verify-reminder", email);
  await eventually(
    () => reminded(app),
    (found) => found.length === 2,
  );
  expect(await reminded(silent)).toEqual([]);
});
