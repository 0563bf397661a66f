import { beforeAll, expect, test } from "bun:test";
import { eq } from "drizzle-orm";

import {
  claimChallengeForMailing,
  consumeCode,
  consumeToken,
  issueChallenge,
} from "../../src/features/email-challenges/index.ts";
import { users } from "../../src/features/users/index.ts";
import { commit } from "../../src/platform/db/commit.ts";
import {
  anonymousAt,
  insertUser,
  issueTo,
  wrongCodes,
  wrongCodesOf,
} from "../support/challenges.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const purpose = "magic-link";
// A thousand statements at once wait for longer than the default on a busy machine.
const app = useTestApp({ settings: { DATABASE_TIMEOUT: "60s" } });
let other: TestApp;

beforeAll(async () => {
  other = await app.replica();
});

async function countsOf(userId: string): Promise<Record<string, unknown>> {
  const [row] = await app.rows(
    `select attempts, code_hash is null as without_code
     from mail_challenges where user_id = '${userId}' and purpose <> 'verify-email'
     order by id desc limit 1`,
  );
  return row ?? {};
}

// Attack: all guesses at once, at two replicas, so that each is compared before any is counted.
// security 55
test("of 1,000 concurrent guesses, one of them right, at most five are compared", async () => {
  const user = await insertUser(app);
  const { code } = await issueTo(app, user, purpose);
  const codes = wrongCodes([code], 999);
  codes.splice(500, 0, code);
  const results = await race(codes.length, (index) => {
    const ctx = anonymousAt(index % 2 === 0 ? app : other);
    return consumeCode(ctx, { purpose, email: user.email, code: codes[index] ?? "" });
  });

  const successes = results.filter((result) => result !== null).length;
  const { attempts } = await countsOf(user.userId);
  // One in 200 times the right one is among the five.
  expect(successes).toBeLessThanOrEqual(1);
  if (successes === 0) expect(attempts).toBe(5);
  else expect(Number(attempts)).toBeLessThan(5);
  expect(await consumeCode(anonymousAt(app), { purpose, email: user.email, code })).toBeNull();
}, 30_000);

// Attack: guessing until no code of the user can work.
// security 54
test("wrong codes are counted over all mails until a link or a code is used", async () => {
  const user = await insertUser(app);
  const { email } = user;
  for (let mails = 1; mails <= 2; mails += 1) {
    const { code } = await issueTo(app, user, purpose);
    for (const wrong of wrongCodes([code], 5)) {
      expect(await consumeCode(anonymousAt(app), { purpose, email, code: wrong })).toBeNull();
    }
    expect(await countsOf(user.userId)).toMatchObject({ attempts: 5 });
    expect(await wrongCodesOf(app, email)).toBe(5 * mails);
  }

  const { token } = await issueTo(app, user, purpose);
  expect(await consumeToken(anonymousAt(app), purpose, token)).not.toBeNull();
  expect(await wrongCodesOf(app, email)).toBe(0);
});

// Attack: entering codes for a mail that never had one.
test("a challenge without a code cannot be guessed", async () => {
  const user = await insertUser(app);
  const ctx = anonymousAt(app);
  const { email } = user;
  const challenge = issueChallenge(ctx, {
    userId: user.userId,
    credentialsVersion: 1,
    email,
    purpose: "reset-password",
    linkTtlSeconds: 600,
    hasCode: false,
  });
  const query = ctx.db.select({ id: users.id }).from(users).where(eq(users.id, user.userId));
  await commit(ctx, { query }, () => [challenge.effect]);
  expect(await countsOf(user.userId)).toMatchObject({ without_code: true });
  for (const code of ["000000", "123456"]) {
    expect(await consumeCode(ctx, { purpose: "reset-password", email, code })).toBeNull();
  }
  expect(await countsOf(user.userId)).toMatchObject({ attempts: 0 });
  expect(await wrongCodesOf(app, email)).toBe(0);
  const used = await consumeToken(ctx, "reset-password", challenge.token);
  expect(used).toMatchObject({ userId: user.userId });
});

// Attack: many requests for mails that are superseded before they are sent, so that one guess meets many codes.
test("a code can be entered once its mail is sent, and not before", async () => {
  const user = await insertUser(app);
  const ctx = anonymousAt(app);
  const { email } = user;
  const { id, code, effect } = issueChallenge(ctx, {
    userId: user.userId,
    credentialsVersion: 1,
    email,
    purpose,
    linkTtlSeconds: 600,
    hasCode: true,
  });
  const query = ctx.db.select({ id: users.id }).from(users).where(eq(users.id, user.userId));
  await commit(ctx, { query }, () => [effect]);
  expect(await consumeCode(ctx, { purpose, email, code })).toBeNull();
  expect(await wrongCodesOf(app, email)).toBe(0);
  expect(await claimChallengeForMailing(app.platform, id)).toBe(true);
  expect(await consumeCode(ctx, { purpose, email, code })).toMatchObject({ userId: user.userId });
});
