import { beforeEach, expect, test } from "bun:test";
import { sql } from "drizzle-orm";

import { mailTopic } from "../../src/features/mail/index.ts";
import { addSeconds, systemClock } from "../../src/kernel/clock.ts";
import { createMemoryMailer } from "../../src/platform/mail/memory.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { allMails, mailContents } from "../support/mail-contents.ts";
import { queueMailFor } from "../support/queue-mail.ts";
import { useTestApp } from "../support/test-app.ts";

const mailer = createMemoryMailer({ name: "Acme", address: "acme@example.com" }, systemClock);
let failures: Error[] = [];
const app = useTestApp({
  settings: { SERVICE_NAME: "Acme Notes" },
  overrides: {
    mailer: {
      ...mailer,
      async send(message) {
        const failure = failures.pop();
        if (failure) throw failure;
        await mailer.send(message);
      },
    },
  },
});

beforeEach(() => {
  failures = [];
});

/** Registers a user and drops the mail that this sends. */
async function newUser(): Promise<{ id: string; email: string }> {
  const email = freshEmail();
  const details = { email, password: goodPassword, name: "Ada" };
  const { json } = await app.post("/api/v1/auth/register", details);
  await mailsTo(email, 1);
  mailer.sent.splice(0);
  return { id: String(json.data.user_id), email };
}

function mailsTo(address: string, count: number) {
  return eventually(
    () => mailer.sent.filter(({ message }) => message.to.address === address),
    (mails) => mails.length >= count,
  );
}

/** The state of the newest mail to a user. */
async function settledRow(userId: string) {
  const newest = `select * from outbox where topic = 'mail' and key = '${userId}' order by id desc limit 1`;
  const row = async () => (await app.rows(newest)).at(0) ?? {};
  return eventually(row, (found) => found["delivered_at"] !== null || found["dead_at"] !== null);
}

test("a mail has the language and name that the user has when it is sent, not when it was requested", async () => {
  const user = await newUser();
  failures = [new Error("the mail server is away")];
  await queueMailFor(app, user.id, { to: user.email, content: mailContents["account-exists"] });
  await eventually(
    () => failures.length,
    (left) => left === 0,
  );
  await app.rows(`update users set name = 'Lovelace', locale = 'de-AT' where id = '${user.id}'`);

  const [mail] = await mailsTo(user.email, 1);

  expect(mail?.message.subject).toBe("Sie haben bereits ein Konto bei Acme Notes");
  expect(mail?.message.text).toStartWith("Guten Tag Lovelace,\n");
  expect(mail?.message.to).toEqual({ address: user.email, name: "Lovelace" });
});

test("each mail has its kind in a header, and its links and codes are encrypted in every column", async () => {
  const user = await newUser();
  for (const { content } of allMails) await queueMailFor(app, user.id, { to: user.email, content });
  const sealed = await app.rows(
    `select payload from outbox where topic = 'mail' and key = '${user.id}'`,
  );
  const mails = await mailsTo(user.email, allMails.length);

  const kinds = mails.map(({ raw }) => /^X-Gatehouse-Mail: (\S+)\r$/m.exec(raw)?.[1] ?? "");
  expect(kinds.toSorted()).toEqual(allMails.map(({ content }) => content.kind).toSorted());
  expect(sealed.length).toBe(allMails.length + 1);
  expect(JSON.stringify(sealed)).not.toMatch(/token=|042137/);
  await eventually(
    () => app.rows("select id from outbox where topic = 'mail' and sealed is not null"),
    (rows) => rows.length === 0,
  );
});

test("values of the changed row are in the mail", async () => {
  const user = await newUser();
  await queueMailFor(app, user.id, ({ email }) => ({
    to: email,
    content: { ...mailContents["email-changed"], newEmail: email },
  }));

  const [mail] = await mailsTo(user.email, 1);

  expect(mail?.message.text).toContain(`\nNew address: ${user.email}\n`);
});

test("a mail whose condition is not met is not queued", async () => {
  const user = await newUser();
  const mail = { to: user.email, content: mailContents["account-exists"] };
  await queueMailFor(app, user.id, mail, ({ name }) => sql`${name} = 'Eve'`);
  await queueMailFor(app, user.id, mail, ({ name }) => sql`${name} = 'Ada'`);

  expect(await mailsTo(user.email, 1)).toHaveLength(1);
  const rows = await app.rows(`select id from outbox where topic = 'mail' and key = '${user.id}'`);
  expect(rows).toHaveLength(2);
});

// The bad day: the mail server was away until the links had expired.
// part of security 154
test("a mail whose link has expired is not sent, and leaves no row", async () => {
  const user = await newUser();
  await queueMailFor(app, user.id, {
    to: user.email,
    content: mailContents["magic-link"],
    usefulUntil: addSeconds(app.platform.clock.now(), -1),
  });

  await eventually(
    () =>
      app.rows(
        `select id from outbox where key = '${user.id}' and payload ->> 'kind' = 'magic-link'`,
      ),
    (rows) => rows.length === 0,
  );
  expect(mailer.sent).toEqual([]);
});

test.each(["email_verified_at", "deleted_at"])(
  "a queued reminder is not sent when %s is set",
  async (column) => {
    const user = await newUser();
    const mail = { to: user.email, content: mailContents["verify-reminder"] };
    failures = [new Error("the mail server is away")];
    await queueMailFor(app, user.id, mail);
    await eventually(
      () => failures.length,
      (left) => left === 0,
    );
    await app.rows(`update users set ${column} = now() where id = '${user.id}'`);

    expect((await settledRow(user.id))["delivered_at"]).not.toBeNull();
    expect(mailer.sent).toEqual([]);
  },
);

// Bad day: while replicas are replaced one by one, an old one takes a mail of a kind that only the new ones know.
test("a mail of an unknown kind is left for a newer version", async () => {
  const user = await newUser();
  const id = app.platform.random.id(new Date());
  await app.rows(
    `insert into outbox (id, topic, key, payload, created_at, available_at)
     values ('${id}', 'mail', '${user.id}', '{"kind": "of-later", "to": "${user.email}", "useful_until": null, "facts": {}}',
       now(), date_trunc('second', now()))`,
  );
  app.platform.outboxWritten([mailTopic]);
  const [row] = await eventually(
    () => app.rows(`select * from outbox where id = '${id}' and last_error is not null`),
    (rows) => rows.length === 1,
  );

  expect([row?.["dead_at"], row?.["last_error"]]).toEqual([
    null,
    "its kind is unknown to this version",
  ]);
  await app.rows(`delete from outbox where id = '${id}'`);
});
