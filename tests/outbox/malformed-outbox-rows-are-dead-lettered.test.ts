import { expect, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { startTestApp } from "../support/test-app.ts";

// The attack: rows that no version of ours has written.
test("malformed rows are dead-lettered, and later rows are delivered", async () => {
  await using app = await startTestApp();
  const payloads = [
    "null",
    "[]",
    '"text"',
    "42",
    "{}",
    '{"__proto__": {"kind": "verify-email"}}',
    '{"kind": "verify-email", "locale": "en", "to": "a@example.com", "useful_until": "2099-01-01T00:00:00Z", "facts": {}}',
    '{"kind": "verify-email", "locale": "en", "to": "a@example.com\\r\\nRCPT TO:<b@example.com>", "useful_until": "2099-01-01T00:00:00Z", "facts": {"name": null, "linkTtlSeconds": 1, "codeTtlSeconds": 1}}',
    `{"deep": ${"[".repeat(3000)}${"]".repeat(3000)}}`,
  ];
  for (const topic of ["mail", "verification-request"]) {
    for (const payload of payloads) {
      const id = app.platform.random.id(new Date());
      await app.rows(
        `insert into outbox (id, topic, payload, sealed, created_at, available_at)
         values ('${id}', '${topic}', '${payload}', 'not-sealed-by-us', now(), now() - interval '1 minute')`,
      );
    }
  }
  const email = "after-the-poison@example.com";
  await app.post("/api/v1/auth/register", { email, password: "SecurePassword123!" });
  await eventually(
    () => app.mailer.sent.map(({ message }) => message.to.address),
    (addresses) => addresses.includes(email),
  );
  await eventually(
    () => app.rows("select id from outbox where dead_at is null and delivered_at is null"),
    (waiting) => waiting.length === 0,
  );
  expect(app.mailer.sent).toHaveLength(1);
  expect(
    await app.rows("select id from outbox where dead_at is not null and sealed is not null"),
  ).toEqual([]);
  expect(await app.rows("select id from outbox where dead_at is not null")).toHaveLength(
    2 * payloads.length,
  );
});
