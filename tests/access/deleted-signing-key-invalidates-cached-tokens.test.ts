import { expect, test } from "bun:test";

import { createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { keyIdOf } from "../support/signing-keys.ts";
import { startTestApp } from "../support/test-app.ts";

// The attack: a private key is stolen, and the operator deletes it. Its tokens are in constant use at a replica, which
// accepts them until it has read its keys again.
test("a token whose key was deleted is refused, although it is cached and in constant use", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "ES256" } });
  const replica = await app.replica();
  const { accessToken } = await signUp(app);
  const me = () => replica.call("GET", "/api/v1/users/me", { bearer: accessToken });
  await eventually(() => replica.platform.changes.isLive(), Boolean);

  let running = true;
  const statuses: number[] = [];
  const requests = Promise.all(
    Array.from({ length: 4 }, async () => {
      while (running) statuses.push((await me()).status);
    }),
  );
  await eventually(() => statuses.length > 50, Boolean);
  await app.rows(`delete from signing_keys where id = '${keyIdOf(accessToken)}'`);
  await eventually(() => statuses.at(-1) === 401, Boolean);
  running = false;
  await requests;
  for (let use = 0; use < 10; use += 1) expect((await me()).status).toBe(401);
  expect(statuses[0]).toBe(200);
});

// Keys are also read again whenever a token names an unknown one. That must not empty the token cache.
test("reading the same keys again drops no cached token", async () => {
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
