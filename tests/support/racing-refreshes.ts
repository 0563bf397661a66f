import { expect, test } from "bun:test";

import { sha256 } from "../../src/kernel/bytes.ts";
import { decodeToken } from "./forge-token.ts";
import { signUp } from "./journey.ts";
import { race } from "./race.ts";
import { auditOf, refresh, refreshGrant, sessionOf, statusOfMe } from "./session-calls.ts";
import { startTestApp, type TestApp } from "./test-app.ts";

const callers = 20;

/** Races all callers for each successor, over the replicas and both endpoints, and gives the last tokens. */
async function raceForRounds(replicas: readonly [TestApp, ...TestApp[]], rounds: number) {
  const [app] = replicas;
  const user = await signUp(app);
  let { refreshToken, accessToken } = user;
  const seen = new Set([refreshToken]);
  for (let round = 0; round < rounds; round += 1) {
    const answers = await race(callers, async (index) => {
      const replica = replicas[index % replicas.length] ?? app;
      if (index % 5 === 0) {
        const { status, json } = await refreshGrant(replica, refreshToken);
        return { status, ...json };
      }
      const { status, json } = await refresh(replica, refreshToken);
      return { status, ...json.data };
    });
    expect([round, ...answers.map(({ status }) => status)]).toEqual([
      round,
      ...Array(callers).fill(200),
    ]);
    expect(new Set(answers.map(({ refresh_token }) => refresh_token)).size).toBe(1);
    refreshToken = answers[0]?.refresh_token;
    accessToken = answers.at(-1)?.access_token;
    expect(seen.has(refreshToken)).toBe(false);
    seen.add(refreshToken);
    await expectOneValidToken(app, refreshToken);
  }
  return { refreshToken, accessToken };
}

/** The session's row has one valid token, and it is this one. */
async function expectOneValidToken(app: TestApp, refreshToken: string) {
  const active = `select refresh_token_hash from sessions where id = '${sessionOf(refreshToken)}' and ended_at is null`;
  expect(await app.rows(active)).toEqual([
    { refresh_token_hash: sha256(String(decodeToken(refreshToken).claims["jti"])) },
  ]);
}

async function expectUnharmed(
  app: TestApp,
  rounds: number,
  tokens: { refreshToken: string; accessToken: string },
) {
  const actions = await auditOf(app, tokens.refreshToken);
  const count = (name: string) => actions.filter((action) => action === name).length;
  expect([count("session.refreshed"), count("session.refresh_grace"), actions.length]).toEqual([
    rounds,
    rounds * (callers - 1),
    rounds * callers + 1,
  ]);
  expect(await statusOfMe(app, tokens.accessToken)).toBe(200);
  expect((await refresh(app, tokens.refreshToken)).status).toBe(200);
}

/** How often all callers race: on one replica, on three, and on the embedded database. */
export interface RefreshRounds {
  readonly single: number;
  readonly replicated: number;
  readonly embedded: number;
}

/** The tests of racing refreshes, with these numbers of rounds. */
export function testRacingRefreshes({ single, replicated, embedded }: RefreshRounds): void {
  // security 42
  test(`20 callers with one token, ${single} times: each gets the same successor, and the session continues`, async () => {
    await using app = await startTestApp();
    await expectUnharmed(app, single, await raceForRounds([app], single));
  }, 60_000);

  // security 42
  test("the same over 3 replicas", async () => {
    await using app = await startTestApp({ settings: { DATABASE_POOL_SIZE: "8" } });
    const replicas = [app, await app.replica(), await app.replica()] as const;
    await expectUnharmed(app, replicated, await raceForRounds(replicas, replicated));
  }, 60_000);

  // security 42
  test("the same on the embedded database", async () => {
    await using app = await startTestApp({ database: "embedded" });
    await expectUnharmed(app, embedded, await raceForRounds([app], embedded));
  }, 60_000);
}
