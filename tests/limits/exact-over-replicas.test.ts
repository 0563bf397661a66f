import { afterEach, expect, setSystemTime, test } from "bun:test";

import { freshEmail, goodPassword } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { startTestApp } from "../support/test-app.ts";

afterEach(() => {
  setSystemTime();
});

const settings = { RATE_LIMITS_ENABLED: "true", LOGIN_QUEUE: "1000" };
const body = () => ({ email: freshEmail(), password: goodPassword });

// A count that each process keeps alone lets each replica's callers pass.
// security 113
test("200 parallel registrations over three replicas: exactly ten pass, also after a restart and a wait", async () => {
  await using app = await startTestApp({ settings });
  const replicas = [app, await app.replica(), await app.replica()];
  const register = (index: number) =>
    (replicas[index % replicas.length] ?? app).post("/api/v1/auth/register", body());

  const answers = await race(200, register);

  expect(answers.filter(({ status }) => status === 201)).toHaveLength(10);
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(190);
  expect(await app.rows("select count(*)::int as count from users")).toEqual([{ count: 10 }]);
  const refused = answers.find(({ status }) => status === 429);
  expect(refused?.json.error.code).toBe("RATE_LIMITED");
  expect(Number(refused?.headers.get("retry-after"))).toBeWithin(3500, 3601);
  expect(refused?.headers.get("ratelimit-limit")).toBe("10");
  expect(refused?.headers.get("ratelimit-remaining")).toBe("0");
  expect(refused?.headers.get("ratelimit-policy")).toBe("10;w=3600");

  // A new replica has nothing in its memory.
  const restarted = await app.replica();
  expect((await restarted.post("/api/v1/auth/register", body())).status).toBe(429);

  // The refused requests have not lengthened the window.
  setSystemTime(new Date(Date.now() + 3_601_000));
  expect((await restarted.post("/api/v1/auth/register", body())).status).toBe(201);
});
