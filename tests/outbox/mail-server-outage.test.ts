import { expect, test } from "bun:test";

import { systemClock } from "../../src/kernel/clock.ts";
import { createSmtpMailer } from "../../src/platform/mail/smtp.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword, logIn } from "../support/journey.ts";
import { startMailServer } from "../support/mail-server.ts";
import { startTestApp } from "../support/test-app.ts";

function mailerTo(port: number, sendTimeoutSeconds = 2) {
  return createSmtpMailer(
    {
      host: "127.0.0.1",
      port,
      tls: "none",
      credentials: null,
      from: { name: "Gatehouse", address: "no-reply@gatehouse.test" },
      sendTimeoutSeconds,
      closeTimeoutSeconds: 0.1,
    },
    systemClock,
  );
}

// The bad day: the mail server is away while people register.
test("registration succeeds, and its mail is delivered once when the mail server is back", async () => {
  const away = await startMailServer();
  const { port } = away;
  await away[Symbol.asyncDispose]();
  await using app = await startTestApp({ overrides: { mailer: mailerTo(port) } });
  const email = freshEmail();
  const registered = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  expect(registered.status).toBe(201);
  const mailRow = async () =>
    (await app.rows("select * from outbox where topic = 'mail'")).at(0) ?? {};
  await eventually(mailRow, (row) => row["last_error"] !== null);
  const waiting = await mailRow();
  expect(waiting["sealed"]).toBeString();
  expect(JSON.stringify(waiting["payload"])).not.toContain("token=");

  await using back = await startMailServer({}, port);
  await eventually(
    () => back.received,
    (received) => received.length === 1,
  );
  const row = await eventually(mailRow, ({ delivered_at }) => delivered_at !== null);
  expect([row["sealed"], row["last_error"]]).toEqual([null, null]);
  expect(back.received[0]?.recipients).toEqual([email]);
  const token = /token=([\w-]+)/.exec(
    back.received[0]?.raw.replaceAll(/=\r\n/g, "").replaceAll("=3D", "=") ?? "",
  );
  const verified = await app.post("/api/v1/auth/verify-email", { token: token?.[1] ?? "" });
  expect(verified.status).toBe(200);
  expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);
  expect(back.received).toHaveLength(1);
});

// The bad day: the mail server takes connections and never says a word.
test("a mail server that hangs blocks only mail", async () => {
  await using silent = await startMailServer({ onConnect: () => undefined });
  await using app = await startTestApp({
    overrides: { mailer: mailerTo(silent.port, 600) },
    settings: { REQUIRE_EMAIL_VERIFICATION: "false", SHUTDOWN_TIMEOUT: "1s" },
  });
  const emails = Array.from({ length: 15 }, freshEmail);
  for (const email of emails) {
    const registered = await app.post("/api/v1/auth/register", { email, password: goodPassword });
    expect(registered.status).toBe(201);
    expect((await app.post("/api/v1/auth/resend-verification", { email })).status).toBe(202);
  }
  await eventually(
    () =>
      app.rows(
        "select id from outbox where topic = 'verification-request' and delivered_at is null",
      ),
    (waiting) => waiting.length === 0,
    60,
  );
  // The first mail still hangs.
  expect(await app.rows("select id from outbox where last_error is not null")).toEqual([]);
  expect(silent.received).toEqual([]);
}, 120_000);

test("a mail is tried again when the mail server does not respond in time", async () => {
  await using silent = await startMailServer({ onConnect: () => undefined });
  await using app = await startTestApp({
    overrides: { mailer: mailerTo(silent.port) },
    settings: { SHUTDOWN_TIMEOUT: "1s" },
  });
  await app.post("/api/v1/auth/register", { email: freshEmail(), password: goodPassword });
  const failing = () =>
    app.rows("select last_error from outbox where topic = 'mail' and last_error is not null");
  await eventually(failing, (rows) => rows.length > 0, 60);
  expect(silent.received).toEqual([]);
}, 120_000);
