import { beforeAll, describe, expect, test } from "bun:test";

import { assignRoles } from "../../src/features/roles/index.ts";
import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { decodeToken } from "../support/forge-token.ts";
import type { Answer } from "../support/http-call.ts";
import { logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { race } from "../support/race.ts";
import { giveRoles, makeRole } from "../support/roles.ts";
import { useTestApp } from "../support/test-app.ts";

describe("the roles of a user, on Postgres,", () => {
  const app = useTestApp();
  let admin: SignedInUser;

  beforeAll(async () => {
    admin = await signInAdmin(app);
  });

  const assign = (id: string, roles: unknown): Promise<Answer> =>
    app.call("PUT", `/api/v1/users/${id}/roles`, { bearer: admin.accessToken, json: { roles } });

  test("are replaced, audited and announced, and are in the next token", async () => {
    const user = await signUp(app);
    const [one = "", other = ""] = [await makeRole(app, []), await makeRole(app, [])].toSorted();
    const given = await assign(user.userId, [other, "user", one, one]);
    expect([given.status, given.json.data]).toEqual([
      200,
      {
        id: user.userId,
        email: user.email,
        username: null,
        name: null,
        email_verified: true,
        roles: ["user", one, other],
      },
    ]);
    expect(await auditOf(app, given)).toEqual([
      expect.objectContaining({
        action: "user.roles_changed",
        result: "success",
        actor_kind: "user",
        user_id: user.userId,
        detail: { added: [other, one], removed: [] },
      }),
    ]);
    const [event] = await app.rows(
      `select payload from events where user_id = '${user.userId}'
       and type = 'user.roles_changed'`,
    );
    expect(event?.["payload"]).toMatchObject({
      data: { user_id: user.userId, roles: ["user", one, other] },
    });
    const { data } = (await logIn(app, user)).json;
    expect([data.user.roles, decodeToken(data.access_token).claims["roles"]]).toEqual([
      ["user", one, other],
      ["user", one, other],
    ]);

    const same = await assign(user.userId, [one, other]);
    expect([same.status, same.json.data.roles, await auditOf(app, same)]).toEqual([
      200,
      ["user", one, other],
      [],
    ]);
    const taken = await assign(user.userId, []);
    expect([taken.status, taken.json.data.roles]).toEqual([200, ["user"]]);
  });

  test("must exist, and so must the user", async () => {
    const user = await signUp(app);
    const role = await makeRole(app, []);
    const outcome = ({ status, json }: Answer) => [
      status,
      json.error.code,
      json.error.details?.field,
    ];
    const unknown = await assign(user.userId, ["user", role, role, "unknown-role"]);
    expect(outcome(unknown)).toEqual([400, "VALIDATION_ERROR", "roles.3"]);
    expect(unknown.text).not.toContain("unknown-role");
    for (const roles of ["admin", null, [1], [["admin"]], [""], ["A B"], ["a\u0000"], undefined]) {
      expect([roles, (await assign(user.userId, roles)).status]).toEqual([roles, 400]);
    }
    const gone = await signUp(app);
    await app.rows(`update users set deleted_at = now() where id = '${gone.userId}'`);
    for (const id of [gone.userId, Bun.randomUUIDv7(), "none", "%27", "me"]) {
      expect([id, ...outcome(await assign(id, [role]))]).toEqual([
        id,
        404,
        "USER_NOT_FOUND",
        undefined,
      ]);
    }
    const stored = await app.rows(`select role from user_roles where user_id = '${user.userId}'`);
    expect([...stored]).toEqual([]);
  });
});

describe("in a race", () => {
  const app = useTestApp();

  const rolesOf = async ({ userId }: SignedInUser) =>
    (await app.rows(`select role from user_roles where user_id = '${userId}' order by role`)).map(
      ({ role }) => String(role),
    );

  // Each decides on the roles that it has read: a mixture of both was not requested.
  test("the last of concurrent assignments decides the roles", async () => {
    const user = await signUp(app);
    const names = await Promise.all(Array.from({ length: 6 }, () => makeRole(app, [])));
    const [a = "", b = "", c = "", d = "", e = "", f = ""] = names;
    const wishes = [[a, b], [b, c], [d], [], [e, f, a], [c, f]];
    for (let round = 0; round < 10; round += 1) {
      await race(wishes.length, (index) => giveRoles(app, user, wishes[index] ?? []));
      expect(wishes.map((wish) => wish.toSorted())).toContainEqual(await rolesOf(user));
    }
    const changes = await app.rows(
      `select detail from audit_log where user_id = '${user.userId}'
       and action = 'user.roles_changed' order by id`,
    );
    expect(changes.length).toBeGreaterThanOrEqual(10);
  });

  test("an assignment during its role's deletion succeeds first or finds no role", async () => {
    const { db } = app.platform;
    for (let round = 0; round < 10; round += 1) {
      const user = await signUp(app);
      const role = await makeRole(app, []);
      const [assigned] = await Promise.allSettled([
        assignRoles(operatorOf(app), { userId: user.userId, roles: [role] }),
        db.execute(`delete from roles where name = '${role}'`),
      ]);
      if (assigned.status === "rejected") {
        expect(assigned.reason).toMatchObject({ code: "VALIDATION_ERROR" });
      }
      expect(await rolesOf(user)).toEqual([]);
    }
  });
});
