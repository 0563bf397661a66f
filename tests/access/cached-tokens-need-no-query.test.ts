import { beforeAll, expect, test } from "bun:test";

import { createAuthenticator } from "../../src/features/access/index.ts";
import { createContext } from "../../src/platform/platform.ts";
import { createCountedApp } from "../support/counted-app.ts";
import { nextChange } from "../support/next-change.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { insertSessions, signTokenOf } from "../support/many-sessions.ts";
import { refreshed, sessionOf } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const many = 4000;
/** Fewer than the statements that may wait for a connection. */
const atOnce = 50;

const app = useTestApp();
let user: SignedInUser;

beforeAll(async () => {
  user = await signUp(app);
  for (const sql of insertSessions(many)) await app.rows(sql);
}, 30_000);

interface CountedAuthenticator extends AsyncDisposable {
  /** Verifies each token, and returns the number of statements that this took. */
  verify(tokens: readonly string[]): Promise<number>;
}

/** An authenticator with an empty token cache. Its feed is always live: on a busy machine a real one is not. */
function createCounted(tokenCacheSizeBytes = 64 * 2 ** 20): CountedAuthenticator {
  const counted = createCountedApp(app, { tokenCacheSizeBytes });
  const changes = { ...counted.platform.changes, isLive: () => true, isListening: () => true };
  const platform = { ...counted.platform, changes };
  const origin = { requestId: "", ipAddress: null, userAgent: null };
  const ctx = createContext(platform, { kind: "anonymous" }, origin);
  const { authenticate } = createAuthenticator(platform);
  return {
    async verify(tokens) {
      const before = counted.statements;
      for (let start = 0; start < tokens.length; start += atOnce) {
        await Promise.all(
          tokens.slice(start, start + atOnce).map(async (token) => authenticate(ctx, token)),
        );
      }
      return counted.statements - before;
    },
    [Symbol.asyncDispose]: () => counted[Symbol.asyncDispose](),
  };
}

const tokenOf = (number: number) =>
  signTokenOf(number, user.accessToken, app.platform.settings.jwtSecretKey);

test("4,000 tokens in turn cost one statement each the first time, and none the second time", async () => {
  await using counted = createCounted();
  const tokens = Array.from({ length: many }, (_, index) => tokenOf(index + 1));
  expect(await counted.verify(tokens)).toBe(many);
  expect(await counted.verify(tokens)).toBe(0);
}, 60_000);

test("another token of a cached session costs no statement, and a forged one is refused", async () => {
  await using counted = createCounted();
  expect(await counted.verify([tokenOf(1)])).toBe(1);
  const others = Array.from({ length: 20 }, () => tokenOf(1));
  expect(await counted.verify(others)).toBe(0);
  const forged = signTokenOf(1, user.accessToken, "another secret, of the same length or so");
  expect(counted.verify([forged])).rejects.toMatchObject({ code: "INVALID_TOKEN" });
});

test("a token from a refresh costs no statement on a replica that has cached the session", async () => {
  await using counted = createCounted();
  const { access_token, refresh_token } = (await logIn(app, user)).json.data;
  expect(await counted.verify([access_token])).toBe(1);
  const newer = await refreshed(app, refresh_token);
  expect(await counted.verify([newer.accessToken, access_token])).toBe(0);
});

// The attack: a session has ended, and a token of it that is not cached is sent to a replica that had cached the session.
// security 35
test("another token of a session that has ended is refused", async () => {
  const replica = await app.replica();
  const statusOf = async (bearer: string) =>
    (await replica.call("GET", "/api/v1/users/me", { bearer })).status;
  const { access_token, refresh_token } = (await logIn(app, user)).json.data;
  expect(await statusOf(access_token)).toBe(200);
  const newer = await refreshed(app, refresh_token);
  const notified = nextChange(replica.platform.changes, sessionOf(access_token));
  await app.call("POST", "/api/v1/auth/logout", { bearer: access_token });
  await notified;
  for (const bearer of [newer.accessToken, access_token]) expect(await statusOf(bearer)).toBe(401);
});

test("one-time tokens, several times as many as the cache has room for, evict no token in use", async () => {
  const mebibyte = 2 ** 20;
  await using counted = createCounted(mebibyte);
  const inUse = Array.from({ length: 50 }, (_, index) => tokenOf(index + 1));
  const once = Array.from({ length: 3000 }, (_, index) => tokenOf(index + 101));
  expect(await counted.verify(inUse)).toBe(inUse.length);
  for (let start = 0; start < once.length; start += 500) {
    await counted.verify(once.slice(start, start + 500));
    expect(await counted.verify(inUse)).toBe(0);
  }
}, 60_000);
