import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { sessionOf, statusOfMe } from "../support/session-calls.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

/** Long before a replica would read the rows again by itself. How soon a change applies is measured by `bench/revocation.ts`. */
const soonSeconds = 5;

// An operator changes rows by SQL, and no code of Gatehouse runs.
describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });
  let replicas: readonly TestApp[];
  let users: SignedInUser[];

  beforeAll(async () => {
    users = await race(16, () => signUp(app));
    replicas = database === "embedded" ? [app] : [app, await app.replica(), await app.replica()];
  });

  /** A user whose first token every replica has cached. */
  async function cachedUser(): Promise<SignedInUser> {
    const user = users.pop();
    if (!user) throw new Error("no user is left");
    await eventually(() => replicas.every(({ platform }) => platform.changes.isLive()), Boolean);
    for (const replica of replicas) expect(await statusOfMe(replica, user.accessToken)).toBe(200);
    return user;
  }

  async function statuses(token: string): Promise<number[]> {
    return Promise.all(replicas.map((replica) => statusOfMe(replica, token)));
  }

  const become = async (token: string, expected: number): Promise<void> => {
    await eventually(
      () => statuses(token),
      (found) => found.every((status) => status === expected),
      soonSeconds,
    );
  };

  async function rolesEverywhere(token: string): Promise<string[]> {
    const answers = await Promise.all(
      replicas.map((replica) => replica.call("GET", "/api/v1/users/me", { bearer: token })),
    );
    return answers.map(({ json }) => json.data.roles.join());
  }

  const rolesBecome = async (token: string, expected: string): Promise<void> => {
    await eventually(
      () => rolesEverywhere(token),
      (found) => found.every((roles) => roles === expected),
      soonSeconds,
    );
  };

  // security 35
  test("whatever ends a session or deletes its user applies at every replica at once", async () => {
    const bystander = await cachedUser();
    const ends: readonly ((user: SignedInUser) => string)[] = [
      ({ accessToken }) =>
        `update sessions set ended_at = now() where id = '${sessionOf(accessToken)}'`,
      ({ userId }) => `update sessions set ended_at = now() where user_id = '${userId}'`,
      ({ userId }) => `update sessions set expires_at = now() where user_id = '${userId}'`,
      ({ userId }) => `update sessions set absolute_expires_at = now() where user_id = '${userId}'`,
      ({ userId }) =>
        `update sessions set user_id = '${bystander.userId}' where user_id = '${userId}'`,
      ({ accessToken }) => `delete from sessions where id = '${sessionOf(accessToken)}'`,
      ({ userId }) => `update users set deleted_at = now() where id = '${userId}'`,
      ({ userId }) => `delete from users where id = '${userId}'`,
    ];
    for (const end of ends) {
      const user = await cachedUser();
      await app.rows(end(user));
      await become(user.accessToken, 401);
    }
    expect(await statuses(bystander.accessToken)).toEqual(replicas.map(() => 200));
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("truncating the sessions applies at every replica", async () => {
    const user = await cachedUser();
    await app.rows("truncate sessions");
    await become(user.accessToken, 401);
    for (const other of users) {
      const { data } = (await logIn(app, other)).json;
      Object.assign(other, { accessToken: data.access_token, refreshToken: data.refresh_token });
    }
  });

  // security 96
  test("assigning, moving and revoking roles applies at once to both users", async () => {
    const [ada, bob] = [await cachedUser(), await cachedUser()];
    // At least one administrator must remain.
    await signInAdmin(app);
    const insert = `insert into user_roles values ('${ada.userId}', 'admin', now())`;
    await app.rows(insert);
    await rolesBecome(ada.accessToken, "user,admin");
    await app.rows(
      `update user_roles set user_id = '${bob.userId}' where user_id = '${ada.userId}'`,
    );
    await rolesBecome(ada.accessToken, "user");
    await rolesBecome(bob.accessToken, "user,admin");
    await app.rows("insert into roles values ('editor', null, now(), now())");
    await app.rows(`update user_roles set role = 'editor' where user_id = '${bob.userId}'`);
    await rolesBecome(bob.accessToken, "user,editor");
    await app.rows(`delete from user_roles where user_id = '${bob.userId}'`);
    await rolesBecome(bob.accessToken, "user");
    await app.rows(insert);
    await rolesBecome(ada.accessToken, "user,admin");
    await app.rows("truncate user_roles");
    await rolesBecome(ada.accessToken, "user");
  });

  test("a changed name is in the next response", async () => {
    const user = await cachedUser();
    const bearer = user.accessToken;
    await app.rows(`update users set name = 'Augusta King' where id = '${user.userId}'`);
    await eventually(
      () => Promise.all(replicas.map((one) => one.call("GET", "/api/v1/users/me", { bearer }))),
      (answers) => answers.every(({ json }) => json.data.name === "Augusta King"),
      soonSeconds,
    );
  });
});

/** A replica reads its keys again at most five times a second; the rest is for a busy machine. */
const keysReadSeconds = 5;

// The attack: a signing key and ENCRYPTION_KEY have leaked. The operator empties the table while replicas run.
test.each([...databaseKinds])(
  "deleted signing keys verify no token any more, on %s",
  async (database) => {
    await using app = await startTestApp({ database, settings: { JWT_ALGORITHM: "EdDSA" } });
    const replicas = database === "embedded" ? [app] : [app, await app.replica()];
    const user = await signUp(app);
    const statuses = () =>
      race(replicas.length, (index) => statusOfMe(replicas[index] ?? app, user.accessToken));
    await eventually(() => replicas.every(({ platform }) => platform.changes.isLive()), Boolean);
    // After this no reading from the start of the service is pending.
    for (const { platform } of replicas) await platform.keyRing.reload();
    for (let use = 0; use < 3; use += 1) expect(await statuses()).toEqual(replicas.map(() => 200));

    await app.rows("truncate signing_keys");
    await eventually(statuses, (found) => found.every((status) => status === 401), keysReadSeconds);
    const { data } = (await logIn(app, user)).json;
    for (const replica of replicas) expect(await statusOfMe(replica, data.access_token)).toBe(200);
  },
);
