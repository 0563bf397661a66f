import { expect, test } from "bun:test";

import type { DatabaseKind } from "./databases.ts";
import { logIn, signUp, type SignedInUser } from "./journey.ts";
import { race } from "./race.ts";
import { outcomeOfRefresh, refresh, statusOfMe } from "./session-calls.ts";
import { startTestApp, type TestApp } from "./test-app.ts";

const dead = [401, "INVALID_TOKEN"];
const atOnce = 10;

const eventLoopTurn = () => new Promise(setImmediate);

/** Starts refresh and sign-out of one session, the latter some turns later, and gives every token that the session ever had. */
async function raceOnce(
  app: TestApp,
  user: SignedInUser,
  turnsLater: number,
  turn: () => Promise<unknown>,
) {
  const { data } = (await logIn(app, user)).json;
  const [refreshCaller, logOutCaller] = turnsLater > 0 ? [0, 1] : [1, 0];
  const answers = await race(2, async (index) => {
    if (index === refreshCaller) return refresh(app, data.refresh_token);
    for (let number = 0; number < turnsLater; number += 1) await turn();
    return app.call("POST", "/api/v1/auth/logout", { bearer: data.access_token });
  });
  const raced = answers[refreshCaller];
  expect(answers[logOutCaller]?.status).toBe(200);
  expect([200, 401]).toContain(raced?.status ?? 0);
  return {
    won: raced?.status === 200,
    tokens: raced?.status === 200 ? [data, raced.json.data] : [data],
  };
}

/** The tests of sign-outs that race with refreshes on one kind of database, with this number of rounds. */
export function testRacingLogouts(database: DatabaseKind, rounds: number): void {
  const turn = database === "postgres" ? eventLoopTurn : () => Bun.sleep(10);

  // security 47
  test(`${rounds} times: in either order, afterwards no token of the session is valid`, async () => {
    await using app = await startTestApp({ database });
    const user = await signUp(app);
    let refreshesWon = 0;
    // On a busy machine a sign-out may win each time: more rounds follow until a refresh has won.
    for (
      let round = 0;
      round < rounds || (refreshesWon === 0 && round < rounds * 10);
      round += atOnce
    ) {
      const raced = await Promise.all(
        Array.from({ length: atOnce }, (_, index) => raceOnce(app, user, index % 5, turn)),
      );
      refreshesWon += raced.filter(({ won }) => won).length;
      for (const { access_token, refresh_token } of raced.flatMap(({ tokens }) => tokens)) {
        expect(await outcomeOfRefresh(app, refresh_token)).toEqual(dead);
        expect(await statusOfMe(app, access_token)).toBe(401);
      }
    }
    // That there was a race.
    expect(refreshesWon).toBeGreaterThan(0);
    const active = `select id from sessions where ended_at is null and user_id = '${user.userId}'`;
    expect(await app.rows(active)).toHaveLength(1);
  }, 60_000);

  // security 47
  test("sign-out everywhere against refreshes: no session survives", async () => {
    await using app = await startTestApp({ database });
    for (let round = 0; round < 20; round += 1) {
      const user = await signUp(app);
      const answers = await race(6, (index) =>
        index === 3
          ? app.call("POST", "/api/v1/auth/logout-all", { bearer: user.accessToken })
          : refresh(app, user.refreshToken),
      );
      expect(answers[3]?.status).toBe(200);
      for (const answer of answers.filter(({ json }) => json.data?.refresh_token)) {
        expect(await outcomeOfRefresh(app, answer.json.data.refresh_token)).toEqual(dead);
        expect(await statusOfMe(app, answer.json.data.access_token)).toBe(401);
      }
    }
    expect(await app.rows("select id from sessions where ended_at is null")).toEqual([]);
  }, 60_000);
}
