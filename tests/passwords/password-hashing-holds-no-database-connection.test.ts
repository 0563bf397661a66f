import { expect, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword, signUp } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";
import { watchHasher } from "../support/watch-hasher.ts";

const crowd = 50;

function registerCrowd(app: TestApp): Promise<number[]> {
  const registrations = Array.from({ length: crowd }, async () => {
    const body = { email: freshEmail(), password: goodPassword };
    return (await app.post("/api/v1/auth/register", body)).status;
  });
  return Promise.all(registrations);
}

/** Refreshes once and gives the next refresh token. */
async function refreshed(app: TestApp, refreshToken: string): Promise<string> {
  const answer = await app.post("/api/v1/auth/refresh", { refresh_token: refreshToken });
  expect(answer.status).toBe(200);
  return answer.json.data.refresh_token;
}

// Bad day: many users register at once, and signed-in users wait for them.
// security 11
test("with two connections and 50 registrations in hashing a refresh gets its response", async () => {
  await using app = await startTestApp({ settings: { DATABASE_POOL_SIZE: "2" } });
  const user = await signUp(app);
  const gate = Promise.withResolvers<void>();
  const work = watchHasher(app, () => gate.promise);

  const registrations = registerCrowd(app);
  await eventually(
    () => work.hashed,
    (count) => count === crowd,
  );
  await refreshed(app, await refreshed(app, user.refreshToken));
  const idle = await app.rows("select count(*)::int as count from users");
  expect(idle).toEqual([{ count: 1 }]);

  gate.resolve();
  expect(await registrations).toEqual(Array.from({ length: crowd }, () => 201));
});
