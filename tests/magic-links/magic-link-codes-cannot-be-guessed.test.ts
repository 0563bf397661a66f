import { expect, test } from "bun:test";

import { registerVerified } from "../support/journey.ts";
import { askForMagicLink, openSessionsOf, signInByMail } from "../support/magic-link.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

// Hundreds of statements at once wait for longer than the default on a busy machine.
const app = useTestApp({ settings: { DATABASE_TIMEOUT: "60s" } });

async function guess(email: string, code: string): Promise<number> {
  return (await signInByMail(app, { email, code })).status;
}

/** `count` codes, none of them the right one. */
function wrongCodes(right: string, count: number): string[] {
  const start = Number(right);
  return Array.from({ length: count }, (_, index) =>
    String((start + index + 1) % 1_000_000).padStart(6, "0"),
  );
}

/** How many guesses were compared with the code, and found wrong or right, by the audit log. */
async function evaluated(userId: string): Promise<number> {
  const [row] = await app.rows(
    `select sum(coalesce((detail ->> 'count')::int, 1))::int as count from audit_log where action = 'user.login' and user_id = '${userId}' and detail->>'reason' is distinct from 'void_code'`,
  );
  return Number(row?.["count"] ?? 0);
}

// security 54
test("the fourth wrong guess leaves the code valid, the fifth revokes it; the link and a new mail still work", async () => {
  const patient = await registerVerified(app);
  const { code } = await askForMagicLink(app, patient.email);
  for (const wrong of wrongCodes(code, 4)) expect(await guess(patient.email, wrong)).toBe(401);
  expect(await guess(patient.email, code)).toBe(200);

  const hasty = await registerVerified(app);
  const first = await askForMagicLink(app, hasty.email);
  for (const wrong of wrongCodes(first.code, 5)) expect(await guess(hasty.email, wrong)).toBe(401);
  expect(await guess(hasty.email, first.code)).toBe(401);
  expect((await signInByMail(app, { token: first.token })).status).toBe(200);

  const second = await askForMagicLink(app, hasty.email, 2);
  expect(await guess(hasty.email, second.code)).toBe(200);
});

// Attack: all guesses at once, so that each is compared before any is counted.
// `bun run gates` sends 1,000 to the executable.
// security 55
test("of 200 concurrent guesses, one of them right, at most five are compared", async () => {
  const user = await registerVerified(app);
  const { code } = await askForMagicLink(app, user.email);
  const codes = wrongCodes(code, 199);
  codes.splice(100, 0, code);
  const statuses = await race(codes.length, (index) => guess(user.email, codes[index] ?? ""));

  const successes = statuses.filter((status) => status === 200).length;
  expect(statuses.filter((status) => status === 401)).toHaveLength(200 - successes);
  expect(await evaluated(user.userId)).toBeLessThanOrEqual(5);
  // One in 40 times the right one is among the five.
  expect(successes).toBeLessThanOrEqual(1);
  expect(await openSessionsOf(app, user.userId)).toHaveLength(successes);
  expect(await guess(user.email, code)).toBe(401);
});

// Attack: five guesses, a new mail, five guesses … until one hits.
// security 54
test("over all mails 100 wrong guesses are compared and no more", async () => {
  const user = await registerVerified(app);
  await app.rows(
    `insert into mail_code_attempts (email, forgotten_at) values ('${user.email}', now() + interval '99 hours')`,
  );
  const { code, token } = await askForMagicLink(app, user.email);
  const [wrong = ""] = wrongCodes(code, 1);
  expect(await guess(user.email, wrong)).toBe(401);
  expect(await guess(user.email, code)).toBe(401);
  expect(await evaluated(user.userId)).toBe(1);
  expect((await signInByMail(app, { token })).status).toBe(200);
});
