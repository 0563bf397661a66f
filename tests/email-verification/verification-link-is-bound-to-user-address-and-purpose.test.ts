import { describe, expect, test } from "bun:test";

import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

interface Newcomer {
  readonly userId: string;
  readonly email: string;
  readonly token: string;
  readonly code: string;
}

async function newcomer(): Promise<Newcomer> {
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", { email, password: goodPassword });
  const { token, code } = await mailTo(app, email);
  return { userId: String(answer.json.data.user_id), email, token, code };
}

async function post(path: string, body: unknown): Promise<[number, unknown]> {
  const answer = await app.post(`/api/v1/auth/${path}`, body);
  return [answer.status, answer.json.error?.code ?? null];
}

async function expectDead({ email, token, code }: Newcomer): Promise<void> {
  expect(await post("verify-email", { token })).toEqual([401, "INVALID_TOKEN"]);
  expect(await post("verify", { email, code })).toEqual([401, "INVALID_CODE"]);
}

async function isVerified(userId: string): Promise<boolean> {
  const [row] = await app.rows(`select email_verified_at from users where id = '${userId}'`);
  return row?.["email_verified_at"] !== null;
}

describe("a link and a code are invalid", () => {
  // Attack: an account of one's own gives a code; it is entered for the victim's address.
  // security 57
  test("for another user", async () => {
    const [attacker, victim] = [await newcomer(), await newcomer()];
    expect(await post("verify", { email: victim.email, code: attacker.code })).toEqual([
      attacker.code === victim.code ? 200 : 401,
      attacker.code === victim.code ? null : "INVALID_CODE",
    ]);
    expect(await isVerified(victim.userId)).toBe(attacker.code === victim.code);
    expect(await post("verify", { email: attacker.email, code: attacker.code })).toEqual([
      200,
      null,
    ]);
  });

  // Attack: proving to own one address, and carrying the proof over to another.
  // security 57
  test("after the user's address was changed", async () => {
    const user = await newcomer();
    const email = freshEmail();
    await app.rows(`update users set email = '${email}' where id = '${user.userId}'`);
    await expectDead(user);
    expect(await post("verify", { email, code: user.code })).toEqual([401, "INVALID_CODE"]);
    expect(await isVerified(user.userId)).toBe(false);
  });

  // security 57
  test("for another purpose", async () => {
    const user = await newcomer();
    await app.rows(
      `update mail_challenges set purpose = 'magic-link' where user_id = '${user.userId}'`,
    );
    await expectDead(user);
    expect(await isVerified(user.userId)).toBe(false);
  });

  test("after the user is deleted, also when a new user has the address", async () => {
    const user = await newcomer();
    await app.rows(`update users set deleted_at = now() where id = '${user.userId}'`);
    const body = { email: user.email, password: goodPassword };
    const again = await app.post("/api/v1/auth/register", body);
    expect(again.status).toBe(201);
    expect(await post("verify-email", { token: user.token })).toEqual([401, "INVALID_TOKEN"]);
    const { code, token } = await mailTo(app, user.email, 2);
    if (user.code !== code) {
      expect(await post("verify", { ...body, password: undefined, code: user.code })).toEqual([
        401,
        "INVALID_CODE",
      ]);
    }
    expect(await post("verify-email", { token })).toEqual([200, null]);
    expect(await isVerified(user.userId)).toBe(false);
    expect(await isVerified(again.json.data.user_id)).toBe(true);
  });
});

// Bad day: the secret is changed while mails are on their way.
test("a link and a code stay valid after a change of the secret with the previous one set", async () => {
  const [byCode, byLink] = [await newcomer(), await newcomer()];
  const changed = await app.replica({
    JWT_SECRET_KEY: "0pQ7xL2mW9vB4nR6tY8zK1cH3jD5fG-another-secret",
    JWT_SECRET_KEY_PREVIOUS: app.platform.settings.jwtSecretKey,
  });
  const { email, code } = byCode;
  const verified = await changed.post("/api/v1/auth/verify", { email, code });
  expect(verified.status).toBe(200);
  const linked = await changed.post("/api/v1/auth/verify-email", { token: byLink.token });
  expect(linked.status).toBe(200);
});
