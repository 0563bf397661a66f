import { afterEach, describe, expect, setSystemTime, test } from "bun:test";

import { consumeCode, consumeToken } from "../../src/features/email-challenges/index.ts";
import {
  anonymousAt,
  insertUser,
  issueTo,
  wrongCodes,
  wrongCodesOf,
} from "../support/challenges.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { askForMagicLink, signInByMail } from "../support/magic-link.ts";
import { deleteAccount } from "../support/own-account.ts";
import { askForReset, confirmReset } from "../support/password-reset.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const purpose = "magic-link";
const hour = 3_600_000;

afterEach(() => {
  setSystemTime();
});

/** As many wrong codes as one address may have, at the time of the app's clock. */
async function spendAll(app: TestApp, email: string): Promise<void> {
  const until = new Date(app.platform.clock.now().getTime() + 100 * hour).toISOString();
  await app.rows(
    `insert into mail_code_attempts (email, forgotten_at) values ('${email}', '${until}')
     on conflict (email) do update set forgotten_at = excluded.forgotten_at`,
  );
}

describe("wrong codes on Postgres", () => {
  const app = useTestApp();

  function enter(email: string, code: string) {
    return consumeCode(anonymousAt(app), { purpose, email, code });
  }

  // Attack: wrong codes for another user's address, until no code of that user works any more.
  // security 155
  test("one is forgotten each hour: the right code works again", async () => {
    setSystemTime(Date.now());
    const user = await insertUser(app);
    await spendAll(app, user.email);
    const first = await issueTo(app, user, purpose);
    expect(await enter(user.email, first.code)).toBeNull();
    setSystemTime(Date.now() + hour - 1000);
    const second = await issueTo(app, user, purpose);
    expect(await enter(user.email, second.code)).toBeNull();
    setSystemTime(Date.now() + 1000);
    expect(await enter(user.email, second.code)).toMatchObject({ userId: user.userId });
    expect(await wrongCodesOf(app, user.email)).toBe(0);
  });

  test("a wrong code after an hour at the limit does not extend it", async () => {
    setSystemTime(Date.now());
    const user = await insertUser(app);
    await spendAll(app, user.email);
    const { code } = await issueTo(app, user, purpose);
    for (const wrong of wrongCodes([code], 3)) expect(await enter(user.email, wrong)).toBeNull();
    expect(await wrongCodesOf(app, user.email)).toBe(100);
    setSystemTime(Date.now() + 2 * hour);
    const later = await issueTo(app, user, purpose);
    const [wrong = ""] = wrongCodes([later.code], 1);
    expect(await enter(user.email, wrong)).toBeNull();
    expect(await enter(user.email, later.code)).toMatchObject({ userId: user.userId });
  });

  // security 155
  test.each(["magic-link", "verify-email", "reset-password", "change-email"] as const)(
    "a link used for %s resets them for every purpose",
    async (used) => {
      const user = await insertUser(app);
      await spendAll(app, user.email);
      const { code } = await issueTo(app, user, purpose);
      expect(await enter(user.email, code)).toBeNull();
      const { token } = await issueTo(app, user, used);
      expect(await consumeToken(anonymousAt(app), used, token)).not.toBeNull();
      expect(await wrongCodesOf(app, user.email)).toBe(0);
      const next = await issueTo(app, user, purpose);
      expect(await enter(user.email, next.code)).toMatchObject({ userId: user.userId });
    },
  );

  // Attack: many mails to one address, so that each guess is compared with many codes.
  // security 54, 155
  test("each comparison counts: with five active codes a wrong one counts five times", async () => {
    const user = await insertUser(app);
    const codes: string[] = [];
    for (let mails = 0; mails < 7; mails += 1) codes.push((await issueTo(app, user, purpose)).code);
    const wrong = wrongCodes(codes, 6);
    for (const code of wrong) expect(await enter(user.email, code)).toBeNull();
    // After five entries the newest five codes are void; the sixth is compared with the two that are left.
    expect(await wrongCodesOf(app, user.email)).toBe(27);
    for (const code of codes.slice(2)) expect(await enter(user.email, code)).toBeNull();
    expect(await enter(user.email, codes[1] ?? "")).toBeNull();
  });

  // security 55
  test("of 200 concurrent guesses at five active codes five entries are compared", async () => {
    const user = await insertUser(app);
    const codes: string[] = [];
    for (let mails = 0; mails < 5; mails += 1) codes.push((await issueTo(app, user, purpose)).code);
    const wrong = wrongCodes(codes, 200);
    const results = await race(wrong.length, (index) => enter(user.email, wrong[index] ?? ""));
    expect(results.every((result) => result === null)).toBe(true);
    expect(await wrongCodesOf(app, user.email)).toBe(25);
    for (const code of codes) expect(await enter(user.email, code)).toBeNull();
  });
});

describe("wrong codes by the API", () => {
  const app = useTestApp();

  // Attack: deleting an account and registering it again, to guess without limit.
  // security 155
  test("outlive the account: deleting it and registering again does not reset them", async () => {
    const user = await registerVerified(app);
    await spendAll(app, user.email);
    const signedIn = await app.post("/api/v1/auth/login", {
      email: user.email,
      password: goodPassword,
    });
    const bearer = String(signedIn.json.data.access_token);
    const deleted = await deleteAccount(app, bearer, { password: goodPassword });
    expect(deleted.status).toBe(200);
    const { email } = user;
    const again = await app.post("/api/v1/auth/register", { email, password: goodPassword });
    expect(again.status).toBe(201);
    const { code, token } = await askForMagicLink(app, email);
    expect((await signInByMail(app, { email, code })).status).toBe(401);
    expect((await signInByMail(app, { token })).status).toBe(200);
  });

  // security 155
  test.each(["a sign-in by link", "a password reset"])("are reset by %s", async (proof) => {
    const { email } = await registerVerified(app);
    await spendAll(app, email);
    const first = await askForMagicLink(app, email);
    expect((await signInByMail(app, { email, code: first.code })).status).toBe(401);
    const proven =
      proof === "a password reset"
        ? await confirmReset(app, await askForReset(app, email))
        : await signInByMail(app, { token: first.token });
    expect(proven.status).toBe(200);
    expect(await wrongCodesOf(app, email)).toBe(0);
    const { code } = await askForMagicLink(app, email, 2);
    expect((await signInByMail(app, { email, code })).status).toBe(200);
  });

  test("an address without an account has no count", async () => {
    const email = freshEmail();
    expect((await signInByMail(app, { email, code: "123456" })).status).toBe(401);
    expect(await app.rows(`select * from mail_code_attempts where email = '${email}'`)).toEqual([]);
  });
});
