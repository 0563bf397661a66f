import { expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { databaseKinds } from "../support/databases.ts";
import { signUp } from "../support/journey.ts";
import { nextChange } from "../support/next-change.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

// The attack: a user whose role was revoked goes on as an administrator with an older token.
// security 96
test.each([...databaseKinds])(
  "the same token allows no more and no less than its user's present roles, on %s",
  async (database) => {
    await using app = await startTestApp({ database });
    const admin = await signInAdmin(app);
    // At least one administrator must remain.
    await signInAdmin(app);
    const user = await signUp(app);
    const replicas = database === "embedded" ? [app] : [app, await app.replica()];

    const requestAt = (replica: TestApp, bearer: string) =>
      Promise.all([
        replica.call("GET", "/api/v1/clients", { bearer }),
        replica.call("GET", "/api/v1/auth/forward?permission=clients:write", { bearer }),
        replica.call("GET", "/api/v1/auth/forward?role=admin", { bearer }),
      ]);
    async function expectStatus(bearer: string, expected: number) {
      for (const replica of replicas) {
        const statuses = (await requestAt(replica, bearer)).map(({ status }) => status);
        expect(statuses).toEqual([expected, expected, expected]);
      }
    }
    /** Makes a change of these users, and waits until every replica is notified of it. */
    async function change(sql: string, ids: readonly string[]) {
      const notified = replicas.flatMap(({ platform }) =>
        ids.map((id) => nextChange(platform.changes, id)),
      );
      await app.rows(sql);
      await Promise.all(notified);
    }
    const both = [admin.userId, user.userId];
    async function permissions(bearer: string): Promise<unknown> {
      const { json } = await app.post("/api/v1/auth/validate-token", { token: bearer });
      return json.data.permissions;
    }

    await expectStatus(admin.accessToken, 200);
    await expectStatus(user.accessToken, 403);
    for (let round = 0; round < 3; round += 1) {
      await change(handOver(admin, user), both);
      await expectStatus(admin.accessToken, 403);
      await expectStatus(user.accessToken, 200);
      expect(await permissions(admin.accessToken)).toEqual([]);
      expect(await permissions(user.accessToken)).toContain("clients:write");
      await change(handOver(user, admin), both);
      await expectStatus(admin.accessToken, 200);
      await expectStatus(user.accessToken, 403);
    }
    // A role without permissions changes nothing else.
    await app.rows("insert into roles values ('idle', null, now(), now())");
    await change(`update user_roles set role = 'idle' where user_id = '${admin.userId}'`, [
      admin.userId,
    ]);
    await expectStatus(admin.accessToken, 403);
  },
);

function handOver(from: { userId: string }, to: { userId: string }): string {
  return `update user_roles set user_id = '${to.userId}' where user_id = '${from.userId}'`;
}
