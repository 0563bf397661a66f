import { afterEach, expect, setSystemTime, test } from "bun:test";

import { mailTopic } from "../../src/features/mail/index.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { createSmtpMailer } from "../../src/platform/mail/smtp.ts";
import { backoffSeconds } from "../../src/platform/outbox/attempt.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { type MailServer, startMailServer } from "../support/mail-server.ts";
import { race } from "../support/race.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

afterEach(() => {
  setSystemTime();
});

function mailerTo(port: number) {
  const from = { name: "Gatehouse", address: "no-reply@gatehouse.test" };
  return createSmtpMailer(
    { host: "127.0.0.1", port, tls: "none", credentials: null, from, closeTimeoutSeconds: 0.1 },
    systemClock,
  );
}

/** Registers so many users at once, on all replicas by turns, and gives their addresses. */
async function registerOn(replicas: readonly TestApp[], count: number): Promise<string[]> {
  const emails = Array.from({ length: count }, freshEmail);
  const answers = await race(count, (index) => {
    const body = { email: emails[index], password: goodPassword };
    const replica = replicas[index % replicas.length];
    if (!replica) throw new Error("no replica");
    return replica.post("/api/v1/auth/register", body);
  });
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
  return emails;
}

function wake(replicas: readonly TestApp[]): void {
  for (const replica of replicas) replica.platform.outboxWritten([mailTopic]);
}

async function mailRows(app: TestApp, condition: string): Promise<number> {
  return (await app.rows(`select id from outbox where topic = 'mail' and ${condition}`)).length;
}

function expectOneEach({ received }: MailServer, emails: readonly string[]): void {
  expect(received.flatMap(({ recipients }) => recipients).toSorted()).toEqual(emails.toSorted());
  const ids = received.map(({ raw }) => /^Message-ID: (.+)$/im.exec(raw)?.[1]);
  expect(new Set(ids).size).toBe(emails.length);
}

// The bad day: the mail server is away for a minute, while people register on both replicas.
test("an outage of the mail server loses no mail and repeats none", async () => {
  const away = await startMailServer();
  await away[Symbol.asyncDispose]();
  await using app = await startTestApp({ overrides: { mailer: mailerTo(away.port) } });
  const replicas = [app, await app.replica()];
  const start = Date.now();
  setSystemTime(start);
  const emails = await registerOn(replicas, 30);

  let seconds = 0;
  for (let attempt = 1; seconds < 60; attempt += 1) {
    setSystemTime(start + seconds * 1000);
    wake(replicas);
    const putBack = `attempts = ${attempt} and last_error is not null and delivered_at is null
      and available_at = '${new Date(start + (seconds + backoffSeconds(attempt)) * 1000).toISOString()}'`;
    await eventually(
      () => mailRows(app, putBack),
      (count) => count === emails.length,
    );
    seconds += backoffSeconds(attempt);
  }

  await using back = await startMailServer({}, away.port);
  setSystemTime(start + seconds * 1000);
  wake(replicas);
  await eventually(
    () => mailRows(app, "delivered_at is not null and sealed is null and last_error is null"),
    (count) => count === emails.length,
  );
  for (const hours of [1, 24]) {
    setSystemTime(start + hours * 3_600_000);
    wake(replicas);
  }
  await registerOn(replicas, 1);
  await eventually(
    () => back.received.length,
    (count) => count > emails.length,
  );
  const [last] = back.received.slice(-1);
  expectOneEach(back, [...emails, ...(last?.recipients ?? [])]);
});

// The bad day: every replica is woken for every mail.
test("three replicas that deliver at once never send one mail twice", async () => {
  await using server = await startMailServer();
  await using app = await startTestApp({ overrides: { mailer: mailerTo(server.port) } });
  const replicas = [app, await app.replica(), await app.replica()];
  let isOver = false;
  const waking = (async () => {
    for (; !isOver; await Bun.sleep(1)) wake(replicas);
  })();
  const emails = [...(await registerOn(replicas, 30)), ...(await registerOn(replicas, 30))];
  await eventually(
    () => mailRows(app, "delivered_at is not null and attempts = 1"),
    (count) => count === emails.length,
  );
  isOver = true;
  await waking;
  expectOneEach(server, emails);
});
