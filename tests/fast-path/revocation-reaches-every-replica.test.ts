import { expect, test } from "bun:test";

import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import {
  measureRevocation,
  type RevocationLag,
  startSessionLoad,
} from "../support/revocation-lag.ts";
import { refresh, sessionOf } from "../support/session-calls.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

/** Every way in which a session ends, and what is answered. */
const ways: Record<string, (replica: TestApp, user: SignedInUser) => Promise<number>> = {
  async "200 log-out"(replica, { accessToken }) {
    return (await replica.call("POST", "/api/v1/auth/logout", { bearer: accessToken })).status;
  },
  async "200 log-out everywhere"(replica, { accessToken }) {
    return (await replica.call("POST", "/api/v1/auth/logout-all", { bearer: accessToken })).status;
  },
  async "204 out of the list"(replica, user) {
    const bearer = (await logIn(replica, user)).json.data.access_token;
    const path = `/api/v1/users/me/sessions/${sessionOf(user.accessToken)}`;
    return (await replica.call("DELETE", path, { bearer })).status;
  },
  async "401 reuse of a refresh token"(replica, { refreshToken }) {
    return (await refresh(replica, refreshToken)).status;
  },
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
      if (name.includes("reuse")) await refresh(app, user.refreshToken);
      const lag = await measureRevocation(inTurn, user.accessToken, async (replica) => {
        expect([name, await revoke(replica, user)]).toEqual([name, Number(name.slice(0, 3))]);
      });
      lags.push(lag);
      expect([name, lag.acceptedByItsOwn]).toEqual([name, 0]);
    }
  }

  const { requests, failures } = await load.finish();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(1000);
  const sorted = lags.map(({ milliseconds }) => milliseconds).toSorted((one, other) => one - other);
  expect(sorted).toHaveLength(32);
  expect(sorted.at(-1)).toBeLessThan(100);
}, 60_000);
