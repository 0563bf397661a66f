import { expect, test } from "bun:test";

import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import {
  measureRevocation,
  type RevocationLag,
  startSessionLoad,
} from "../support/revocation-lag.ts";
import { refresh, sessionOf } from "../support/session-calls.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

/** Every way in which a session ends, at one replica. */
const ways: Record<string, (replica: TestApp, user: SignedInUser) => Promise<{ status: number }>> = {
  logout: (replica, { accessToken }) =>
    replica.call("POST", "/api/v1/auth/logout", { bearer: accessToken }),
  "logout-all": (replica, { accessToken }) =>
    replica.call("POST", "/api/v1/auth/logout-all", { bearer: accessToken }),
  async "one of the list"(replica, user) {
    const bearer = (await logIn(replica, user)).json.data.access_token;
    const path = `/api/v1/users/me/sessions/${sessionOf(user.accessToken)}`;
    return replica.call("DELETE", path, { bearer });
  },
  "a reused refresh token": async (replica, { refreshToken }) => refresh(replica, refreshToken),
};

// The attack: to go on with a stolen token, at whichever replica has not heard that its session was ended.
// security 35
test("three replicas under load: a session that was ended is dead at once where it was, and everywhere within 100 ms", async () => {
  await using app = await startTestApp({ settings: { REFRESH_TOKEN_GRACE: "0s" } });
  const replicas = [app, await app.replica(), await app.replica()];
  const bystanders = await Promise.all(Array.from({ length: 6 }, () => signUp(app)));
  const load = startSessionLoad(replicas, bystanders);
  const lags: RevocationLag[] = [];

  for (let round = 0; round < 8; round += 1) {
    for (const [name, revoke] of Object.entries(ways)) {
      const first = lags.length % replicas.length;
      const inTurn = [...replicas.slice(first), ...replicas.slice(0, first)];
      const user = await signUp(app);
      if (name === "a reused refresh token") await refresh(app, user.refreshToken);
      const lag = await measureRevocation(inTurn, user.accessToken, async (replica) => {
        const { status } = await revoke(replica, user);
        expect([name, status]).toEqual([name, { "one of the list": 204, logout: 200, "logout-all": 200 }[name] ?? 401]);
      });
      lags.push(lag);
      expect([name, lag.acceptedByItsOwn]).toEqual([name, 0]);
    }
  }

  const { requests, failures } = await load.finish();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(1000);
  const sorted = lags.map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
  console.log(sorted.map(Math.round).join(" "), requests);
  expect(sorted).toHaveLength(32);
  expect(sorted.at(-1)).toBeLessThan(100);
}, 60_000);
