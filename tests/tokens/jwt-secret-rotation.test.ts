import { beforeAll, expect, test } from "bun:test";

import { outbox } from "../../src/platform/outbox/table.ts";
import { createMemoryMailer } from "../../src/platform/mail/memory.ts";
import { decodeToken } from "../support/forge-token.ts";
import { freshEmail, goodPassword, logIn, mailTo, signUp } from "../support/journey.ts";
import { refresh, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, useTestApp } from "../support/test-app.ts";

const newSecret = "nW7cX2kP9sV4jH8bM1zQ6tL3rD5fG0yE-tests-only";

const before = useTestApp();
let secret: string;

beforeAll(() => {
  secret = before.platform.settings.jwtSecretKey;
});

/** Gatehouse as it starts again after the change, the old secret kept beside the new one or not. */
const restarted = (previous: string | null) =>
  before.replica({
    JWT_SECRET_KEY: newSecret,
    ...(previous === null ? {} : { JWT_SECRET_KEY_PREVIOUS: previous }),
  });

// security 33, as far as HS256 goes: it has no public keys
test("with the old secret kept, old tokens stay valid, and new ones are signed with the new secret", async () => {
  const user = await signUp(before);
  const after = await restarted(secret);

  expect(await statusOfMe(after, user.accessToken)).toBe(200);
  const refreshed = await refresh(after, user.refreshToken);
  expect(refreshed.status).toBe(200);

  const oldKeyId = decodeToken(user.accessToken).header["kid"];
  for (const token of [refreshed.json.data.access_token, refreshed.json.data.refresh_token]) {
    expect(decodeToken(token).header["kid"]).not.toBe(oldKeyId);
  }
  expect((await refresh(after, refreshed.json.data.refresh_token)).status).toBe(200);
});

// security 33
test("once the old secret is removed, its tokens are refused and those of the new one are not", async () => {
  const left = await signUp(before);
  const stayed = await signUp(before);
  const moved = await refresh(await restarted(secret), stayed.refreshToken);

  const after = await restarted(null);
  expect(await statusOfMe(after, left.accessToken)).toBe(401);
  const refused = await refresh(after, left.refreshToken);
  expect([refused.status, refused.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
  expect(await statusOfMe(after, moved.json.data.access_token)).toBe(200);
  expect((await refresh(after, moved.json.data.refresh_token)).status).toBe(200);
});

// Bad day: the response to the last refresh before the restart was lost; its successor was made with the old secret.
test("a refresh from before the change may be repeated after it, within the grace period", async () => {
  const user = await signUp(before);
  const lost = await refresh(before, user.refreshToken);
  const again = await refresh(await restarted(secret), user.refreshToken);
  expect(again.status).toBe(200);

  const tokenId = (token: string) => decodeToken(token).claims["jti"];
  expect(tokenId(again.json.data.refresh_token)).toBe(tokenId(lost.json.data.refresh_token));
});

// Replicas are restarted one by one: first all learn the new secret, then they sign with it.
test("replicas with old and new settings accept each other's tokens, and give one successor", async () => {
  const old = await before.replica({ JWT_SECRET_KEY_PREVIOUS: newSecret });
  const after = await restarted(secret);
  const user = await signUp(old);
  const first = await refresh(after, user.refreshToken);
  expect(await statusOfMe(old, first.json.data.access_token)).toBe(200);
  const raced = await refresh(old, user.refreshToken);
  expect(raced.status).toBe(200);
  expect((await refresh(after, raced.json.data.refresh_token)).status).toBe(200);
});

// Bad day: the mail server is away while the secret changes; what waits in the outbox was sealed with the old one.
test("mails queued before the change can be decrypted after it, and their link and code work", async () => {
  const from = { name: "Gatehouse", address: "gatehouse@example.com" };
  const mailer = createMemoryMailer(from, before.platform.clock);
  let isMailAway = true;
  const app = await startTestApp({
    overrides: {
      mailer: {
        send: (message) =>
          isMailAway ? Promise.reject(new Error("mail is away")) : mailer.send(message),
        close: () => mailer.close(),
      },
    },
  });
  await using _ = app;
  const emails = [freshEmail(), freshEmail()];
  for (const email of emails) {
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
  }
  await app.server.stop(0);

  isMailAway = false;
  const after = await app.replica({
    JWT_SECRET_KEY: newSecret,
    JWT_SECRET_KEY_PREVIOUS: app.platform.settings.jwtSecretKey,
  });
  const [byLink, byCode] = await Promise.all(
    emails.map((email) => mailTo({ ...after, mailer }, email)),
  );
  const verified = await after.post("/api/v1/auth/verify-email", { token: byLink?.token });
  expect(verified.status).toBe(200);
  const proven = await after.post("/api/v1/auth/verify", { email: emails[1], code: byCode?.code });
  expect(proven.status).toBe(200);
  const user = await logIn(after, { email: emails[0] ?? "", password: goodPassword });
  expect(user.status).toBe(200);
});

// An operator separates the two keys later: nothing that was sealed before is lost.
// part of security 158
test("with an encryption key, a secret of tokens opens only what ENCRYPTION_KEY_PREVIOUS names it for", async () => {
  const place = { column: outbox.sealed, row: "0" };
  const sealed = before.platform.secrets.seal("a seed", place);
  const own = { ENCRYPTION_KEY: "eK4vB8nT1xZ6qJ3mW9cR5yH2pL7sD0gF-tests-only" };
  const after = await before.replica({ ...own, ENCRYPTION_KEY_PREVIOUS: secret });
  expect(after.platform.secrets.open(sealed, place)).toBe("a seed");
  const renewed = after.platform.secrets.seal("a seed", place);
  expect(before.platform.secrets.open(renewed, place)).toBeNull();
  const apart = await before.replica({ ...own, JWT_SECRET_KEY_PREVIOUS: newSecret });
  expect(apart.platform.secrets.open(sealed, place)).toBeNull();
  expect(apart.platform.secrets.open(renewed, place)).toBe("a seed");
});
