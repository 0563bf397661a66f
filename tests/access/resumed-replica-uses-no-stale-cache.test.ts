import { afterEach, expect, setSystemTime, test } from "bun:test";

import { createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { startTestApp } from "../support/test-app.ts";

afterEach(() => {
  setSystemTime();
});

const hourMs = 3_600_000;

// The failure: the replica's virtual machine was suspended for an hour. Its monotonic clock stood still, and the
// notifications of that hour have not arrived yet.
test("after a suspend the token cache is not used before the missed notifications have arrived", async () => {
  await using app = await startTestApp({ settings: { JWT_ACCESS_TOKEN_TTL: "24h" } });
  const { accessToken } = await signUp(app);
  await using replica = createCountedApp(app);
  const { changes } = replica.platform;
  await changes.start();
  const statementsOfMe = async (): Promise<number> => {
    const before = replica.statements;
    const { status } = await replica.call("GET", "/api/v1/users/me", { bearer: accessToken });
    expect(status).toBe(200);
    return replica.statements - before;
  };
  await eventually(statementsOfMe, (statements) => statements === 0);

  expect(changes.isLive()).toBe(true);
  setSystemTime(Date.now() + hourMs);
  expect(changes.isLive()).toBe(false);
  // When the feed is live again, tokens are looked up once and then taken from the cache.
  await eventually(() => changes.isLive(), Boolean);
  await eventually(statementsOfMe, (statements) => statements === 0);
});
