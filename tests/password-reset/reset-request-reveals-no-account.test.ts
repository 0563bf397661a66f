import { afterEach, expect, setSystemTime, test } from "bun:test";

import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { mailsOfKind } from "../support/mail-of-kind.ts";
import { untilRequestsAreHandled } from "../support/background-work.ts";
import { useTestApp } from "../support/test-app.ts";
import { visibleResponse } from "../support/visible-response.ts";

const app = useTestApp();

afterEach(() => {
  setSystemTime();
});

function ask(email: string): Promise<Answer> {
  return app.post("/api/v1/auth/password/reset", { email });
}

/** Addresses of every kind of account, and of none. */
async function addresses() {
  const verified = (await registerVerified(app)).email;
  const deleted = (await registerVerified(app)).email;
  await app.rows(`update users set deleted_at = now() where email = '${deleted}'`);
  const passwordless = (await registerVerified(app)).email;
  await app.rows(`update users set password_hash = null where email = '${passwordless}'`);
  const unverified = freshEmail();
  await app.post("/api/v1/auth/register", { email: unverified, password: goodPassword });
  return { verified, deleted, passwordless, unverified, unknown: freshEmail() };
}

// Attack: asking for a reset to learn who has an account.
// security 15
test("the response is the same to the byte, and only existing users get a mail", async () => {
  const { verified, deleted, passwordless, unverified, unknown } = await addresses();
  setSystemTime(new Date());
  const seen = new Set<string>();
  for (const email of [verified, deleted, passwordless, unverified, unknown]) {
    const answer = await ask(email);
    expect(answer.status).toBe(202);
    seen.add(visibleResponse(answer));
  }
  expect(seen.size).toBe(1);

  await untilRequestsAreHandled(app);
  const mailed = (email: string) =>
    app.rows(
      `select id from outbox where topic = 'mail' and payload->>'kind' = 'reset-password' and payload->>'to' = '${email}'`,
    );
  for (const email of [verified, passwordless, unverified]) {
    expect(await mailed(email)).toHaveLength(1);
  }
  for (const email of [deleted, unknown]) {
    expect(await mailed(email)).toEqual([]);
    expect(mailsOfKind(app, "reset-password", email)).toEqual([]);
  }
});

// security 16
test("every spelling of an address is recognised, and an invalid one is refused", async () => {
  const { email } = await registerVerified(app);
  expect((await ask(` ${email.toUpperCase()} `)).status).toBe(202);
  await untilRequestsAreHandled(app);
  const queued = await app.rows(
    `select id from outbox where payload->>'kind' = 'reset-password' and payload->>'to' = '${email}'`,
  );
  expect(queued).toHaveLength(1);
  const refused = await ask("no address");
  expect([refused.status, refused.json.error.code]).toEqual([400, "INVALID_EMAIL"]);
});
