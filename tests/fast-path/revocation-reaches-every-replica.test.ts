import { expect, test } from "bun:test";

import type { Answer } from "../support/http-call.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { measureRevocation, startSessionLoad } from "../support/revocation-lag.ts";
import { refresh, sessionOf } from "../support/session-calls.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

type Revoke = (replica: TestApp, user: SignedInUser) => Promise<Answer>;

/** Every way in which a session ends, and what is answered. */
const ways: readonly { readonly name: string; readonly status: number; readonly revoke: Revoke }[] =
  [
    {
      name: "log-out",
      status: 200,
      revoke: (replica, { accessToken }) =>
        replica.call("POST", "/api/v1/auth/logout", { bearer: accessToken }),
    },
    {
      name: "log-out everywhere",
      status: 200,
      revoke: (replica, { accessToken }) =>
        replica.call("POST", "/api/v1/auth/logout-all", { bearer: accessToken }),
    },
    {
      name: "from the list of sessions",
      status: 204,
      async revoke(replica, user) {
        const bearer = (await logIn(replica, user)).json.data.access_token;
        const path = `/api/v1/users/me/sessions/${sessionOf(user.accessToken)}`;
        return replica.call("DELETE", path, { bearer });
      },
    },
    {
      name: "reuse of a refresh token",
      status: 401,
      revoke: (replica, { refreshToken }) => refresh(replica, refreshToken),
    },
  ];

const rounds = 8;

// The attack: to go on with a stolen token, at whichever replica has not heard that its session was ended.
// security 35
test("three replicas under load: a session that was ended is dead at once where it was, and everywhere within 100 ms", async () => {
  await using app = await startTestApp({ settings: { REFRESH_TOKEN_GRACE: "0s" } });
  const bystanders = await race(4, () => signUp(app));
  const users = await race(rounds * ways.length, () => signUp(app));
  const replicas = [app, await app.replica(), await app.replica()];
  await using load = startSessionLoad(replicas, bystanders);
  const lags: number[] = [];

  for (const [index, user] of users.entries()) {
    const way = ways[index % ways.length];
    // From now on the first refresh token is an old one.
    await refresh(app, user.refreshToken);
    const first = index % replicas.length;
    const inTurn = [...replicas.slice(first), ...replicas.slice(0, first)];
    const lag = await measureRevocation(inTurn, user.accessToken, async (replica) => {
      expect((await way?.revoke(replica, user))?.status).toBe(way?.status);
    });
    expect([way?.name, lag.acceptedByItsOwn]).toEqual([way?.name, 0]);
    lags.push(lag.milliseconds);
  }

  const { requests, failures } = await load.finish();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(1000);
  expect(lags).toHaveLength(rounds * ways.length);
  expect(Math.max(...lags)).toBeLessThan(100);
}, 60_000);
