import { expect, test } from "bun:test";

import { rotateKeys } from "../../src/features/keys/index.ts";
import type { Answer } from "../support/http-call.ts";
import { logIn, signUp, type SignedInUser } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { keyIdOf, publishedKeys, signingKeyId, signsWith } from "../support/signing-keys.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

/** Users who sign in on one replica and use their tokens on the others at once, over and over. */
function startLoad(replicas: readonly TestApp[], users: readonly SignedInUser[]) {
  const statuses = new Map<number, number>();
  const keyIds = new Set<string>();
  let running = true;

  function count({ status }: Answer): void {
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }

  async function work(user: SignedInUser, offset: number): Promise<void> {
    const at = (turn: number) => replicas[(offset + turn) % replicas.length] ?? replicas[0];
    for (let turn = 0; running; turn += 1) {
      const [first, second, third] = [at(turn), at(turn + 1), at(turn + 2)];
      if (!first || !second || !third) throw new Error("no replica");
      const signedIn = await logIn(first, user);
      count(signedIn);
      const { access_token: token, refresh_token } = signedIn.json.data;
      keyIds.add(keyIdOf(token));
      count(await second.call("GET", "/api/v1/users/me", { bearer: token }));
      const refreshed = await third.post("/api/v1/auth/refresh", { refresh_token });
      count(refreshed);
      keyIds.add(keyIdOf(refreshed.json.data.access_token));
      count(
        await first.post("/api/v1/auth/validate-token", {
          token: refreshed.json.data.access_token,
        }),
      );
      count(await second.call("GET", "/api/v1/users/me", { bearer: user.accessToken }));
    }
  }
  const workers = Promise.all(users.map(work));

  return {
    async finish() {
      running = false;
      await workers;
      return { statuses: Object.fromEntries(statuses), keyIds: [...keyIds] };
    },
  };
}

// security 33
test("a rotation reaches every replica and fails no request of a load", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "EdDSA" } });
  const replicas = [app, await app.replica(), await app.replica()];
  const users = await Promise.all(Array.from({ length: 4 }, () => signUp(app)));
  const [user] = users;
  if (!user) throw new Error("no user");
  const load = startLoad(replicas, users);
  const made = [await signingKeyId(app, user)];

  for (let rotation = 0; rotation < 3; rotation += 1) {
    const id = (await rotateKeys(operatorOf(app)))[0]?.id ?? "";
    await Promise.all(replicas.map((replica) => signsWith(replica, user, id)));
    made.push(id);
  }

  const { statuses, keyIds } = await load.finish();
  expect(Object.keys(statuses)).toEqual(["200"]);
  expect(statuses["200"]).toBeGreaterThan(0);
  expect(made).toEqual(expect.arrayContaining(keyIds));
  expect(keyIds.length).toBeGreaterThan(2);
  for (const replica of replicas) {
    const published = (await publishedKeys(replica)).map(({ kid }) => String(kid));
    expect(published.toSorted()).toEqual(made.toSorted());
  }
  const audited = await app.rows(
    "select detail->>'key_id' as id, actor_kind from audit_log where action = 'signing_key.created' order by id",
  );
  expect(audited.map(({ id }) => String(id)).toSorted()).toEqual(made.toSorted());
  expect(audited.filter(({ actor_kind }) => actor_kind === "operator")).toHaveLength(3);
});

// Bad day: the listening connection is down, and a token arrives that a faster replica signed.
test("a replica without change notifications accepts a new key's first token", async () => {
  await using app = await startTestApp({ settings: { JWT_ALGORITHM: "ES256" } });
  const deaf = await app.replica();
  const user = await signUp(app);
  await deaf.platform.changes.stop();

  const id = (await rotateKeys(operatorOf(app)))[0]?.id ?? "";
  await signsWith(app, user, id);
  const token = (await logIn(app, user)).json.data.access_token;
  expect(keyIdOf(token)).toBe(id);
  const me = await deaf.call("GET", "/api/v1/users/me", { bearer: token });
  expect(me.status).toBe(200);
  await signsWith(deaf, user, id);
});
