import { afterEach, beforeEach, expect, setSystemTime, test } from "bun:test";

import { mailTopic } from "../../src/features/mail/index.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { createMemoryMailer } from "../../src/platform/mail/memory.ts";
import { signInAdmin } from "../support/admin.ts";
import { untilBackgroundWorkIsDone, untilRequestsAreHandled } from "../support/background-work.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { signInByMail } from "../support/magic-link.ts";
import { changePassword, confirmReset } from "../support/password-reset.ts";
import { useTestApp } from "../support/test-app.ts";
import { usersApi } from "../support/user-administration.ts";

const mailer = createMemoryMailer({ name: "Acme", address: "acme@example.com" }, systemClock);
let isAway = false;
const app = useTestApp({
  overrides: {
    mailer: {
      ...mailer,
      async send(message) {
        if (isAway) throw new Error("connection refused");
        await mailer.send(message);
      },
    },
  },
});
const minute = 60_000;

beforeEach(() => {
  setSystemTime(Date.now());
});

afterEach(() => {
  isAway = false;
  setSystemTime();
});

/** A verified user who is signed in. */
async function newUser(): Promise<{ email: string; userId: string; accessToken: string }> {
  const email = freshEmail();
  await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const { token } = await newestMail("verify-email", email);
  const verified = await app.post("/api/v1/auth/verify-email", { token });
  const signedIn = await app.post("/api/v1/auth/login", { email, password: goodPassword });
  await untilBackgroundWorkIsDone(app);
  return {
    email,
    userId: String(verified.json.data.user_id),
    accessToken: String(signedIn.json.data.access_token),
  };
}

function mailsOf(kind: string, email: string) {
  return mailer.sent
    .map(({ message }) => message)
    .filter((message) => message.kind === kind && message.to.address === email);
}

async function newestMail(kind: string, email: string, count = 1) {
  const mails = await eventually(
    () => mailsOf(kind, email),
    (found) => found.length === count,
  );
  const text = mails.at(-1)?.text ?? "";
  return {
    token: /token=([\w-]+)/.exec(text)?.[1] ?? "",
    code: /^\d{6}$/m.exec(text)?.[0] ?? "",
  };
}

/** Requests a mail while the mail server is away, and waits until its first attempt has failed. */
async function requestInVain(path: string, email: string, failed: number): Promise<void> {
  isAway = true;
  expect((await app.post(`/api/v1/auth/${path}`, { email })).status).toBe(202);
  await untilRequestsAreHandled(app);
  await eventually(
    () => waitingMails(email),
    (rows) => rows.filter((row) => row["last_error"] !== null).length === failed,
  );
}

function waitingMails(email: string) {
  return app.rows(
    `select last_error from outbox where topic = 'mail' and payload ->> 'to' = '${email}'
     and delivered_at is null and dead_at is null`,
  );
}

async function mailServerIsBack(afterMinutes = 1): Promise<void> {
  isAway = false;
  setSystemTime(Date.now() + afterMinutes * minute);
  app.platform.outboxWritten([mailTopic]);
  await untilBackgroundWorkIsDone(app);
}

function deletions(): number {
  return app.log.filter((line) => line.includes("an obsolete message was deleted")).length;
}

// Bad day: the mail server is away, and a user presses "send again" three times.
// security 154
test("of several queued mails for one purpose the newest is sent, and its link works", async () => {
  const { email, userId } = await newUser();
  const deletedBefore = deletions();
  for (const failed of [1, 2, 3]) await requestInVain("password/reset", email, failed);
  await mailServerIsBack();
  const { token } = await newestMail("reset-password", email);
  expect(mailsOf("reset-password", email)).toHaveLength(1);
  expect(deletions() - deletedBefore).toBe(2);
  const rows = await app.rows(
    `select dead_at, sealed from outbox where key = '${userId}' and payload ->> 'kind' = 'reset-password'`,
  );
  expect(rows).toEqual([{ dead_at: null, sealed: null }]);
  expect((await confirmReset(app, token)).status).toBe(200);
});

// security 154
test.each([
  ["was used by another mail", 1],
  ["was voided by a new password", 1],
  ["has expired", 11],
] as const)("a queued mail whose link %s is not sent", async (cause, minutes) => {
  const user = await newUser();
  const { email } = user;
  await app.post("/api/v1/auth/magic-link", { email });
  const first = await newestMail("magic-link", email);
  await untilBackgroundWorkIsDone(app);
  await requestInVain("magic-link", email, 1);
  if (cause.startsWith("was used")) {
    expect((await signInByMail(app, { token: first.token })).status).toBe(200);
  }
  if (cause.startsWith("was voided")) {
    expect((await changePassword(app, { ...user, password: goodPassword })).status).toBe(200);
  }
  await mailServerIsBack(minutes);
  expect(mailsOf("magic-link", email)).toHaveLength(1);
  expect(await waitingMails(email)).toEqual([]);
});

// Attack: requesting mails for an invited user, so that the invitation turns into a link of half an hour.
// security 154
test.each([true, false])(
  "an invitation is sent and stays valid beside mails that were requested (server away: %p)",
  async (isQueued) => {
    const admin = usersApi(app, await signInAdmin(app));
    const email = freshEmail();
    isAway = isQueued;
    expect((await admin.create({ email })).status).toBe(201);
    if (isQueued) {
      await eventually(
        () => waitingMails(email),
        (rows) => rows.some((row) => row["last_error"] !== null),
      );
      await requestInVain("password/reset", email, 2);
      await requestInVain("resend-verification", email, 3);
      await mailServerIsBack();
    } else {
      await newestMail("reset-password", email);
      await app.post("/api/v1/auth/password/reset", { email });
      await app.post("/api/v1/auth/resend-verification", { email });
      await untilBackgroundWorkIsDone(app);
    }
    const mails = mailsOf("reset-password", email);
    expect(mails).toHaveLength(2);
    const invitation = mails.find(({ subject }) => !subject.includes("password"));
    const token = /token=([\w-]+)/.exec(invitation?.text ?? "")?.[1] ?? "";
    setSystemTime(Date.now() + 23 * 60 * minute);
    expect((await confirmReset(app, token)).status).toBe(200);
  },
);

// Attack: requests without end for one address.
// security 154
test("after fifty usable links a request sends no further mail, and the links stay usable", async () => {
  const { email } = await newUser();
  await app.post("/api/v1/auth/password/reset", { email });
  const { token } = await newestMail("reset-password", email);
  await app.rows(
    `insert into mail_challenges (id, user_id, purpose, email, token_hash, attempts, created_at, expires_at)
     select gen_random_uuid(), id, 'reset-password', email, gen_random_uuid(), 0, now(), now() + interval '1 day'
     from users, generate_series(1, 49) where email = '${email}'`,
  );
  await app.post("/api/v1/auth/password/reset", { email });
  await untilBackgroundWorkIsDone(app);
  expect(mailsOf("reset-password", email)).toHaveLength(1);
  expect((await confirmReset(app, token)).status).toBe(200);
  await app.post("/api/v1/auth/password/reset", { email });
  await newestMail("reset-password", email, 2);
});
