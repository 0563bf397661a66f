import { expect, test } from "bun:test";

import { signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { auditOf, outcomeOfRefresh, refresh, refreshed } from "../support/session-calls.ts";
import { startTestApp } from "../support/test-app.ts";

const settings = { REFRESH_TOKEN_GRACE: "0s" };
const dead = [401, "INVALID_TOKEN"];

// security 40
test("without a grace period a reused token ends its session", async () => {
  await using app = await startTestApp({ settings });
  const user = await signUp(app);
  const child = await refreshed(app, user.refreshToken);
  expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual(dead);
  expect(await outcomeOfRefresh(app, child.refreshToken)).toEqual(dead);
  expect((await auditOf(app, child.refreshToken)).at(-1)).toBe("session.refresh_reuse");
});

// security 42
test("without a grace period one of 20 concurrent callers succeeds, and the others end the session", async () => {
  await using app = await startTestApp({ settings });
  const replica = await app.replica();
  for (let round = 0; round < 10; round += 1) {
    const user = await signUp(app);
    const answers = await race(20, (index) =>
      refresh(index % 2 === 0 ? app : replica, user.refreshToken),
    );
    const [winner, ...losers] = answers.toSorted((one, other) => one.status - other.status);
    expect(winner?.status).toBe(200);
    expect(losers.map(({ status }) => status)).toEqual(Array(19).fill(401));
    expect(await outcomeOfRefresh(app, winner?.json.data.refresh_token)).toEqual(dead);
    expect(await auditOf(app, user.refreshToken)).toEqual([
      "user.login",
      "session.refreshed",
      "session.refresh_reuse",
    ]);
  }
});
