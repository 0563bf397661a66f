import { expect, test } from "bun:test";

import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

// Hundreds of statements at once wait for longer than the default on a busy machine.
const app = useTestApp({ settings: { DATABASE_TIMEOUT: "60s" } });

async function newcomer() {
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  return { userId: String(answer.json.data.user_id), email, ...codeIn(await mailTo(app, email)) };
}

function codeIn({ code, token }: { code: string; token: string }) {
  return { code, token };
}

async function guess(email: string, code: string): Promise<number> {
  return (await app.post("/api/v1/auth/verify", { email, code })).status;
}

/** `count` codes, none of them the right one. */
function wrongCodes(right: string, count: number): string[] {
  const start = Number(right);
  return Array.from({ length: count }, (_, index) =>
    String((start + index + 1) % 1_000_000).padStart(6, "0"),
  );
}

async function countsOf(userId: string): Promise<Record<string, unknown>> {
  const [row] = await app.rows(
    `select attempts, consumed_at from mail_challenges where user_id = '${userId}' order by id desc limit 1`,
  );
  return row ?? {};
}

/** How many guesses were compared with the code, by the audit log. */
async function evaluated(userId: string): Promise<number> {
  const [row] = await app.rows(
    `select sum(coalesce((detail ->> 'count')::int, 1))::int as count from audit_log
     where action = 'user.email_verified' and user_id = '${userId}'`,
  );
  return Number(row?.["count"] ?? 0);
}

// security 54
test("the fourth wrong guess leaves the code valid, the fifth revokes it, and a new mail has a new one", async () => {
  const patient = await newcomer();
  for (const code of wrongCodes(patient.code, 4))
    expect(await guess(patient.email, code)).toBe(401);
  expect(await guess(patient.email, patient.code)).toBe(200);

  const hasty = await newcomer();
  for (const code of wrongCodes(hasty.code, 5)) expect(await guess(hasty.email, code)).toBe(401);
  expect(await guess(hasty.email, hasty.code)).toBe(401);
  expect(await countsOf(hasty.userId)).toEqual({ attempts: 5, consumed_at: null });

  await app.post("/api/v1/auth/resend-verification", { email: hasty.email });
  const fresh = await mailTo(app, hasty.email, 2);
  expect(await guess(hasty.email, fresh.code)).toBe(200);
});

// Attack: all guesses at once, so that each is compared before any is counted.
// `bun run gates` sends 1,000 to the executable.
// security 55
test("of 200 concurrent guesses, one of them right, at most five are compared", async () => {
  const user = await newcomer();
  const codes = wrongCodes(user.code, 199);
  codes.splice(100, 0, user.code);
  const statuses = await race(codes.length, (index) => guess(user.email, codes[index] ?? ""));

  const successes = statuses.filter((status) => status === 200).length;
  expect(statuses.filter((status) => status === 401).length).toBe(200 - successes);
  const compared = await evaluated(user.userId);
  expect(compared).toBeLessThanOrEqual(5);
  // One in 40 times the right one is among the five.
  if (successes === 0) {
    expect(compared).toBe(5);
    expect(await countsOf(user.userId)).toEqual({ attempts: 5, consumed_at: null });
  } else {
    expect(successes).toBe(1);
  }
  expect(await guess(user.email, user.code)).toBe(401);
});

// Attack: five guesses, a new mail, five guesses … until one hits.
// security 54
test("over all mails 100 wrong guesses are compared and no more; the link still works", async () => {
  const user = await newcomer();
  let mail = codeIn(user);
  for (let round = 0; round < 20; round += 1) {
    const codes = wrongCodes(mail.code, 5);
    await race(5, (index) => guess(user.email, codes[index] ?? ""));
    await app.post("/api/v1/auth/resend-verification", { email: user.email });
    mail = codeIn(await mailTo(app, user.email, round + 2));
  }
  expect(await countsOf(user.userId)).toEqual({ attempts: 0, consumed_at: null });
  expect(await guess(user.email, mail.code)).toBe(401);
  expect(await evaluated(user.userId)).toBe(100);

  const linked = await app.post("/api/v1/auth/verify-email", { token: mail.token });
  expect(linked.status).toBe(200);
});
