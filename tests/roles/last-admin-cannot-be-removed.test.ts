import { describe, expect, test } from "bun:test";

import { deleteUser } from "../../src/features/user-administration/index.ts";
import { findAppError } from "../../src/kernel/errors.ts";
import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { failureOf } from "../support/failure-of.ts";
import type { Answer } from "../support/http-call.ts";
import { goodPassword, type SignedInUser, signUp } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { race } from "../support/race.ts";
import { giveRoles, makeRole, signUpWith } from "../support/roles.ts";
import { startTestApp, type TestApp } from "../support/test-app.ts";

const activeAdmins = `select count(*)::int as count from user_roles join users on users.id = user_id
  where role = 'admin' and deleted_at is null and disabled_at is null`;

async function countAdmins(app: TestApp): Promise<unknown> {
  return (await app.rows(activeAdmins))[0]?.["count"];
}

function demote(app: TestApp, by: SignedInUser, whom: SignedInUser): Promise<Answer> {
  const call = { bearer: by.accessToken, json: { roles: [] } };
  return app.call("PUT", `/api/v1/users/${whom.userId}/roles`, call);
}

function leave(app: TestApp, user: SignedInUser): Promise<Answer> {
  const call = { bearer: user.accessToken, json: { password: goodPassword } };
  return app.call("DELETE", "/api/v1/users/me", call);
}

/** The error code that a statement by hand ends with. */
async function codeOf(statement: Promise<unknown>): Promise<unknown> {
  return findAppError(await failureOf(statement))?.code;
}

const outcome = ({ status, json }: Answer) => [status, json.error?.code];

describe.each([...databaseKinds])("the last admin, on %s,", (database) => {
  // security 97
  test("is neither demoted nor deleted, and the attempt is recorded", async () => {
    await using app = await startTestApp({ database });
    const admin = await signInAdmin(app);
    for (const [attempt, detail] of [
      [await demote(app, admin, admin), { roles: [], reason: "CONFLICT" }],
      [await leave(app, admin), { reason: "last_admin" }],
    ] as const) {
      expect(outcome(attempt)).toEqual([409, "CONFLICT"]);
      expect(await auditOf(app, attempt)).toEqual([
        expect.objectContaining({ result: "failure", user_id: admin.userId, detail }),
      ]);
    }
    expect(await countAdmins(app)).toBe(1);
    // Everything of the user is unchanged.
    const me = await app.call("GET", "/api/v1/users/me", { bearer: admin.accessToken });
    expect([me.status, me.json.data.roles]).toEqual([200, ["user", "admin"]]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // Also with SQL: the database itself refuses.
  test("is not removed by SQL either", async () => {
    await using app = await startTestApp({ database });
    const admin = await signInAdmin(app);
    const other = await signInAdmin(app);
    await app.rows(`update users set disabled_at = now() where id = '${other.userId}'`);
    await app.rows("insert into roles values ('editor', null, now(), now())");
    const ofUser = `user_id = '${admin.userId}'`;
    for (const statement of [
      `delete from user_roles where ${ofUser}`,
      "delete from user_roles",
      `update user_roles set role = 'editor' where ${ofUser}`,
      `update user_roles set user_id = '${other.userId}', role = 'editor' where ${ofUser}`,
      `update users set deleted_at = now() where id = '${admin.userId}'`,
      "update users set disabled_at = now()",
      `with gone as (delete from user_roles where ${ofUser}) update users set disabled_at = now()`,
      `with gone as (update users set disabled_at = now()) delete from user_roles where ${ofUser}`,
      "delete from roles where name = 'admin'",
      `delete from users where id = '${admin.userId}'`,
      "delete from users",
    ]) {
      expect([statement, await codeOf(app.rows(statement))]).toEqual([statement, "CONFLICT"]);
    }
    expect(await countAdmins(app)).toBe(1);
    await app.rows(`update users set disabled_at = null where id = '${other.userId}'`);
    await app.rows(`update users set deleted_at = now() where id = '${admin.userId}'`);
    expect(await countAdmins(app)).toBe(1);
  });

  // One statement that takes several away, each of which alone would leave another.
  test("is not removed together with the others", async () => {
    await using app = await startTestApp({ database });
    await signInAdmin(app);
    await signInAdmin(app);
    for (const statement of [
      "update users set disabled_at = now()",
      "delete from user_roles",
      "delete from users",
      "delete from roles where name = 'admin'",
      `with gone as (delete from user_roles where user_id = (select id from users limit 1))
       update users set deleted_at = now()`,
    ]) {
      expect([statement, await codeOf(app.rows(statement))]).toEqual([statement, "CONFLICT"]);
      expect(await countAdmins(app)).toBe(2);
    }
    // A statement that removes no admin is allowed.
    await app.rows("update user_roles set created_at = now()");
    await app.rows("update users set updated_at = now()");
  });

  test("can leave when there is another admin", async () => {
    await using app = await startTestApp({ database });
    const [first, second] = [await signInAdmin(app), await signInAdmin(app)];
    expect((await demote(app, second, first)).status).toBe(200);
    expect(outcome(await leave(app, second))).toEqual([409, "CONFLICT"]);
    const third = await signInAdmin(app);
    expect((await leave(app, second)).status).toBe(200);
    expect(outcome(await demote(app, third, third))).toEqual([409, "CONFLICT"]);
  });
});

// Without any admin, before `create-admin`: the rule does not affect other users.
test("where there is no admin, other users are changed and deleted as usual", async () => {
  await using app = await startTestApp();
  const role = await makeRole(app, ["roles:assign"]);
  const manager = await signUpWith(app, ["roles:assign"]);
  const user = await signUp(app);
  for (const roles of [[role], []]) {
    const call = { bearer: manager.accessToken, json: { roles } };
    const answer = await app.call("PUT", `/api/v1/users/${user.userId}/roles`, call);
    expect(answer.status).toBe(200);
  }
  expect((await leave(app, user)).status).toBe(200);
});

// Admins were disabled or deleted while there were others, who are gone since: their role has no effect.
test("where all admins are disabled or deleted, their role and accounts can be removed", async () => {
  await using app = await startTestApp();
  const who = { disabled: await signInAdmin(app), deleted: await signInAdmin(app) };
  await app.rows("create table admins as table user_roles");
  await app.rows("truncate user_roles");
  for (const [name, { userId }] of Object.entries(who)) {
    await app.rows(`update users set ${name}_at = now() where id = '${userId}'`);
  }
  const ofUser = `user_id = '${who.deleted.userId}'`;
  for (const statement of [
    `delete from user_roles where ${ofUser}`,
    `update user_roles set role = 'user' where ${ofUser}`,
    "delete from user_roles",
    `update users set disabled_at = now() where id = '${who.deleted.userId}'`,
    `delete from users where id = '${who.deleted.userId}'`,
  ]) {
    await app.rows("truncate user_roles");
    await app.rows("insert into user_roles table admins");
    await app.rows(statement);
  }
  await giveRoles(app, who.disabled, []);
  await deleteUser(operatorOf(app), who.disabled.userId);
  expect([...(await app.rows("select role from user_roles"))]).toEqual([]);
});

// security 97
test("of two admins who demote each other or leave at the same time one remains", async () => {
  await using app = await startTestApp();
  const replica = await app.replica();
  for (let round = 0; round < 12; round += 1) {
    await app.rows("truncate user_roles");
    const admins = [await signInAdmin(app), await signInAdmin(app)] as const;
    const [ada, eve] = admins;
    const answers = await race(2, (index) => {
      const [at, by, whom] = index === 0 ? [app, ada, eve] : [replica, eve, ada];
      return round % 2 === 0 ? demote(at, by, whom) : leave(at, by);
    });
    expect(await countAdmins(app)).toBe(1);
    const won = answers.filter(({ status }) => status === 200);
    const lost = answers.filter(({ status }) => status !== 200).map(outcome);
    expect([won.length, lost.length]).toEqual([1, 1]);
    // Just too late, or so late that the actor is no longer an admin.
    expect([
      [403, "FORBIDDEN"],
      [409, "CONFLICT"],
    ]).toContainEqual(lost[0] ?? []);
  }
}, 30_000);

// security 97
test("of ten admins who leave at once one remains", async () => {
  await using app = await startTestApp();
  const admins = await race(10, () => signInAdmin(app));
  const answers = await Promise.all(admins.map((admin) => leave(app, admin)));
  const count = (wanted: number) => answers.filter(({ status }) => status === wanted).length;
  expect([count(200), count(409)]).toEqual([9, 1]);
  expect(await countAdmins(app)).toBe(1);
});
