import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { type CountedApp, createCountedApp } from "../support/counted-app.ts";
import { eventually } from "../support/eventually.ts";
import { hearing } from "../support/next-change.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { sessionOf } from "../support/session-calls.ts";
import { startTcpProxy, type TcpProxy } from "../support/tcp-proxy.ts";
import { useTestApp } from "../support/test-app.ts";

// The race: a replica has asked the database about a token it has not seen, and while the answer is on its way, what it
// says stops being true. The replica's news of changes is faster than the answer.
const app = useTestApp();
let proxy: TcpProxy;
let replica: CountedApp;
let user: SignedInUser;

beforeAll(async () => {
  user = await signUp(app);
  const url = new URL(app.platform.settings.databaseUrl ?? "");
  proxy = await startTcpProxy(Number(url.port));
  url.port = String(proxy.port);
  app.defer(() => proxy[Symbol.asyncDispose]());
  replica = createCountedApp(app, { databaseUrl: url.href, serviceName: "replica" });
  app.defer(() => replica[Symbol.asyncDispose]());
  await replica.platform.changes.start();
});

/** All answers of the replica's pool, and none of its listening connection. */
const holdReadings = () => proxy.holdAnswers((opening) => !opening.includes("replica changes"));

const me = (bearer: string) => replica.call("GET", "/api/v1/users/me", { bearer });

async function freshToken(): Promise<string> {
  return (await logIn(app, user)).json.data.access_token;
}

/** Asks with a new token; while the database's answer is on its way, `change` happens and is heard of. */
async function askDuring(token: string, id: string, change: () => Promise<unknown>) {
  const held = holdReadings();
  const asked = me(token);
  await eventually(
    () => held.count,
    (count) => count > 0,
  );
  const heard = hearing(replica.platform.changes, id);
  await change();
  await heard;
  held.release();
  return asked;
}

// security 35
test("a session that ends during the first reading is neither accepted nor remembered", async () => {
  for (let round = 0; round < 20; round += 1) {
    const token = await freshToken();
    const answer = await askDuring(token, sessionOf(token), () =>
      app.call("POST", "/api/v1/auth/logout", { bearer: token }),
    );
    expect([answer.status, (await me(token)).status]).toEqual([401, 401]);
  }
});

// security 96
test("roles that change during the first reading are those that the answer is given by", async () => {
  await signInAdmin(app);
  for (const [sql, roles] of [
    [`insert into user_roles values ('${user.userId}', 'admin', now())`, ["user", "admin"]],
    [`delete from user_roles where user_id = '${user.userId}'`, ["user"]],
  ] as const) {
    const token = await freshToken();
    const answer = await askDuring(token, user.userId, () => app.rows(sql));
    expect(answer.json.data.roles).toEqual(roles);
    expect((await me(token)).json.data.roles).toEqual(roles);
  }
});

test("a change of something else makes nobody read twice", async () => {
  const stranger = await signUp(app);
  const token = await freshToken();
  const before = replica.statements;
  const answer = await askDuring(token, sessionOf(stranger.accessToken), () =>
    app.call("POST", "/api/v1/auth/logout", { bearer: stranger.accessToken }),
  );
  expect([answer.status, (await me(token)).status]).toEqual([200, 200]);
  expect(replica.statements - before).toBe(1);
});

// The race without the stage set for it: whatever the order in which things arrive, the last word is the database's.
// security 35
test("sessions that end at any moment of the first reading are dead afterwards", async () => {
  for (let round = 0; round < 60; round += 1) {
    const token = await freshToken();
    const asking = (async () => {
      await Bun.sleep((round % 6) / 2);
      return Promise.all([me(token), me(token), me(token)]);
    })();
    await app.call("POST", "/api/v1/auth/logout", { bearer: token });
    await asking;
    await eventually(
      async () => (await me(token)).status,
      (status) => status === 401,
      0.1,
    );
    expect((await me(token)).status).toBe(401);
  }
});
