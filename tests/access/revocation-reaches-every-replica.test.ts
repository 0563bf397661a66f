import { expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { signUp } from "../support/journey.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { race } from "../support/race.ts";
import { measureRevocation, startSessionLoad } from "../support/revocation-lag.ts";
import { revocationWays } from "../support/revocation-ways.ts";
import { startTestApp } from "../support/test-app.ts";

// The attack: a revoked right is used at a replica that has not been notified yet.
// security 35
test("three replicas under load: a revoked right is refused at once where it was revoked, and then by every replica", async () => {
  await using app = await startTestApp();
  const bystanders = await race(4, () => signUp(app));
  const preparation = {
    replica: app,
    signUp: () => signUp(app),
    mailedToken: async (kind: string, email: string) => (await mailOfKind(app, kind, email)).token,
    admin: (await signInAdmin(app)).accessToken,
    sql: (statement: string) => app.rows(statement),
  };
  const prepared = await race(revocationWays.length, async (index) => {
    const way = revocationWays[index];
    if (!way) throw new Error("no way");
    return { name: way.name, right: await way.prepare(preparation) };
  });
  const replicas = [app, await app.replica(), await app.replica()];
  await using load = startSessionLoad(replicas, bystanders);
  let measured = 0;

  for (const [index, { name, right }] of prepared.entries()) {
    const first = index % replicas.length;
    const inTurn = [...replicas.slice(first), ...replicas.slice(0, first)];
    const lag = await measureRevocation(inTurn, right);
    // Of a change by SQL the replica is notified only by the database.
    if (!name.endsWith("by SQL")) expect([name, lag.acceptedByItsOwn]).toEqual([name, 0]);
    measured += 1;
  }

  const { requests, failures } = await load.finish();
  expect(failures).toEqual([]);
  expect(requests).toBeGreaterThan(0);
  expect(measured).toBe(revocationWays.length);
}, 180_000);
