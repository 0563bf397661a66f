import { expect, test } from "bun:test";

import { createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { keyIdOf } from "../support/signing-keys.ts";
import { startTestApp } from "../support/test-app.ts";

// The bad day: a private key was stolen, and the operator deletes it. Its tokens are in constant use at a replica, which
// goes on verifying them until it has read its keys anew.
test("a token whose key is gone is refused, although it is known and never stopped being used", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "ES256" } });
  const replica = await app.replica();
  const { accessToken } = await signUp(app);
  const me = () => replica.call("GET", "/api/v1/users/me", { bearer: accessToken });
  await eventually(() => replica.platform.changes.isLive(), Boolean);

  let running = true;
  const statuses: number[] = [];
  const callers = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (running) statuses.push((await me()).status);
    }),
  );
  await eventually(() => statuses.length > 50, Boolean);
  await app.rows(`delete from signing_keys where id = '${keyIdOf(accessToken)}'`);
  await eventually(() => statuses.at(-1) === 401, Boolean);
  running = false;
  await callers;
  for (let use = 0; use < 10; use += 1) expect((await me()).status).toBe(401);
  expect(statuses[0]).toBe(200);
});

// The trap: keys that are read again, as happens whenever an unknown one is named, must not make anybody forget.
test("keys that are read again and are the same make no token unknown", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "EdDSA" } });
  const { accessToken } = await signUp(app);
  await using replica = createCountedApp(app);
  await replica.platform.keyRing.reload();
  await replica.platform.changes.start();
  const me = () => replica.call("GET", "/api/v1/users/me", { bearer: accessToken });
  expect((await me()).status).toBe(200);
  await eventually(
    async () => {
      const before = replica.statements;
      expect((await me()).status).toBe(200);
      return replica.statements - before;
    },
    (statements) => statements === 0,
  );

  await replica.platform.keyRing.reload();
  const before = replica.statements;
  expect((await me()).status).toBe(200);
  expect(replica.statements - before).toBe(0);
});
