import { availableParallelism } from "node:os";

import { expect, setDefaultTimeout, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { logIn, signUp } from "../support/journey.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";
import { watchHasher } from "../support/watch-hasher.ts";

setDefaultTimeout(60_000);

const attackers = 200;
const waiting = 8;
const admitted = availableParallelism() + waiting;

/** Refreshes and asks for the health, in turns, until `ended`; gives how often. */
async function callMeanwhile(app: TestApp, firstToken: string, ended: () => boolean) {
  let token = firstToken;
  let turns = 0;
  while (!ended()) {
    const refreshed = await app.post("/api/v1/auth/refresh", { refresh_token: token });
    const healthy = await app.call("GET", "/health/ready");
    expect([refreshed.status, healthy.status]).toEqual([200, 200]);
    token = refreshed.json.data.refresh_token;
    turns += 1;
  }
  return turns;
}

// Attack: a sign-in costs the server a thousand times what it costs the client.
// security 108
test("of 200 concurrent sign-ins a bounded number waits, the others get 503, and other requests are served", async () => {
  await using app = await startTestApp({
    settings: { BCRYPT_COST: "12", LOGIN_QUEUE: String(waiting) },
  });
  const user = await signUp(app);
  const gate = Promise.withResolvers<void>();
  const work = watchHasher(app, () => gate.promise);

  let hasEnded = false;
  const flood = Promise.all(Array.from({ length: attackers }, () => logIn(app, user)));
  await eventually(
    () => work.compared.length,
    (count) => count === attackers,
  );
  gate.resolve();
  const meanwhile = callMeanwhile(app, user.refreshToken, () => hasEnded);
  const answers = await flood.finally(() => {
    hasEnded = true;
  });

  expect(answers.filter(({ status }) => status === 200)).toHaveLength(admitted);
  const refused = answers.filter(({ status }) => status !== 200);
  expect(refused).toHaveLength(attackers - admitted);
  for (const { status, json, headers } of refused) {
    expect([status, json.error.code]).toEqual([503, "OVERLOADED"]);
    expect(Number(headers.get("retry-after"))).toBeGreaterThan(0);
  }
  // A second of hashing at least: a refresh that waited for it would be the only one.
  expect(await meanwhile).toBeGreaterThan(1);

  // No response says that a password is wrong, and the next sign-in succeeds.
  const failures = await app.rows(
    "select count(*)::int as failures from audit_log where action = 'user.login' and result <> 'success'",
  );
  expect(failures).toEqual([{ failures: 0 }]);
  expect((await logIn(app, user)).status).toBe(200);
});

// The places in the line are given back by those who were in it, whatever became of them.
// security 108
test("a second flood is admitted like the first, also with unknown accounts", async () => {
  await using app = await startTestApp({ settings: { LOGIN_QUEUE: String(waiting) } });
  for (const email of ["unknown@example.com", "unknown.too@example.com"]) {
    const gate = Promise.withResolvers<void>();
    const work = watchHasher(app, () => gate.promise);
    const flood = Array.from({ length: attackers }, () => logIn(app, { email, password: "wrong" }));
    await eventually(
      () => work.compared.length,
      (count) => count === attackers,
    );
    gate.resolve();
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(admitted);
    expect(statuses.filter((status) => status === 503)).toHaveLength(attackers - admitted);
  }
});
