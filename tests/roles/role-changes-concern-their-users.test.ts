import { beforeAll, describe, expect, test } from "bun:test";

import { updateRole } from "../../src/features/roles/update-role.ts";
import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { meanwhile } from "../support/held-rows.ts";
import type { Answer } from "../support/http-call.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { freshName, giveRoles, makeRole, signUpWith } from "../support/roles.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

const writing = ["roles:read", "roles:write", "users:read"];
const assigning = [...writing, "roles:assign"];

function call(app: TestApp, { accessToken: bearer }: SignedInUser, method: string, at: string) {
  return (json?: unknown): Promise<Answer> =>
    app.call(method, `/api/v1${at}`, { bearer, ...(json === undefined ? {} : { json }) });
}

async function permissionsOf(app: TestApp, role: string): Promise<unknown[]> {
  const rows = await app.rows(
    `select permission from role_permissions where role = '${role}' order by 1`,
  );
  return rows.map(({ permission }) => permission);
}

describe("on Postgres", () => {
  const app = useTestApp();
  let admin: SignedInUser;
  let writer: SignedInUser;
  let manager: SignedInUser;

  beforeAll(async () => {
    admin = await signInAdmin(app);
    writer = await signUpWith(app, writing);
    manager = await signUpWith(app, assigning);
  });

  const change = (actor: SignedInUser, role: string, json: unknown) =>
    call(app, actor, "PATCH", `/roles/${role}`)(json);
  const remove = (actor: SignedInUser, role: string) =>
    call(app, actor, "DELETE", `/roles/${role}`)();
  const assign = (actor: SignedInUser, { userId }: { userId: string }, roles: readonly string[]) =>
    call(app, actor, "PUT", `/users/${userId}/roles`)({ roles });

  async function isRefused(answer: Answer, action: string): Promise<void> {
    expect([answer.status, answer.json.error.code]).toEqual([403, "FORBIDDEN"]);
    expect(await auditOf(app, answer)).toMatchObject([
      { action, result: "failure", detail: { reason: "FORBIDDEN" } },
    ]);
  }

  // Attack: an actor who may write roles and not assign them gives a permission to all who have a role.
  // security 159
  test("changing what a role permits needs roles:assign once another user has it", async () => {
    const role = await makeRole(app, ["users:read"]);
    const fuller = { permissions: ["roles:read", "users:read"] };
    const own = { permissions: ["users:read"] };
    expect((await change(writer, role, fuller)).status).toBe(200);
    expect((await change(writer, role, own)).status).toBe(200);
    await giveRoles(app, await signUp(app), [role]);
    await isRefused(await change(writer, role, fuller), "role.updated");
    await isRefused(await change(writer, role, { permissions: [] }), "role.updated");
    await isRefused(await remove(writer, role), "role.deleted");
    expect(await permissionsOf(app, role)).toEqual(["users:read"]);
    expect((await change(writer, role, { description: "Of no consequence." })).status).toBe(200);

    expect((await change(manager, role, fuller)).status).toBe(200);
    expect(await permissionsOf(app, role)).toEqual(["roles:read", "users:read"]);
    expect((await remove(manager, role)).status).toBe(204);
  });

  test("it counts who else has it: not the actor, but disabled and deleted users", async () => {
    const own = await makeRole(app, ["users:read"]);
    const alone = await signUpWith(app, writing);
    const rows = await app.rows(
      `select role from user_roles where user_id = '${alone.userId}' order by 1`,
    );
    await giveRoles(app, alone, [...rows.map(({ role }) => String(role)), own]);
    expect((await change(alone, own, { permissions: [] })).status).toBe(200);
    for (const column of ["disabled_at", "deleted_at"]) {
      const role = await makeRole(app, ["users:read"]);
      const user = await signUp(app);
      await giveRoles(app, user, [role]);
      await app.rows(`update users set ${column} = now() where id = '${user.userId}'`);
      await isRefused(await change(writer, role, { permissions: [] }), "role.updated");
    }
  });

  // security 159
  test("only an admin changes `user`, which every user has", async () => {
    for (const json of [{ permissions: ["users:read"] }, { description: "Everyone." }]) {
      await isRefused(await change(manager, "user", json), "role.updated");
      await isRefused(await change(writer, "user", json), "role.updated");
    }
    expect(await permissionsOf(app, "user")).toEqual([]);
    expect((await change(admin, "user", { permissions: ["users:read"] })).status).toBe(200);
    await isRefused(await change(manager, "user", { permissions: [] }), "role.updated");
    expect((await change(admin, "user", { permissions: [] })).status).toBe(200);
    const description = "The operator's.";
    expect(await updateRole(operatorOf(app), "user", { description })).toMatchObject({
      description,
    });
  });

  // Attack: `GET /auth/forward?role=` asks for a name. A role without permissions passes any check of permissions.
  // security 159
  test("a role without permissions is assigned and removed by those who have it, and by admins", async () => {
    const role = await makeRole(app, []);
    const user = await signUp(app);
    await isRefused(await assign(manager, user, [role]), "user.roles_changed");
    expect((await assign(admin, user, [role])).status).toBe(200);
    await isRefused(await assign(manager, user, []), "user.roles_changed");

    const member = await signUpWith(app, ["roles:assign"]);
    const [before] = await app.rows(
      `select role from user_roles where user_id = '${member.userId}'`,
    );
    await giveRoles(app, member, [String(before?.["role"]), role]);
    const other = await signUp(app);
    expect((await assign(member, other, [role])).json.data.roles).toEqual(["user", role]);
    expect((await assign(member, other, [])).json.data.roles).toEqual(["user"]);
  });

  // Attack: the role gets a permission that the actor has, so that the rule above says nothing about it any more.
  // security 159
  test("nor can it be given a permission first, while others have it", async () => {
    const role = await makeRole(app, []);
    await giveRoles(app, await signUp(app), [role]);
    const json = { permissions: ["users:read"] };
    await isRefused(await change(manager, role, json), "role.updated");
    await isRefused(await remove(manager, role), "role.deleted");
    expect(await permissionsOf(app, role)).toEqual([]);
    expect((await change(admin, role, json)).status).toBe(200);
  });

  // Attack: while no user has the role it gets a permission, a second account gets the role, and the permission is taken again.
  // security 159
  test("nor can it be given its first permission, lose its last or be replaced, while no user has it", async () => {
    const role = await makeRole(app, []);
    await isRefused(await change(manager, role, { permissions: ["users:read"] }), "role.updated");
    await isRefused(await remove(manager, role), "role.deleted");
    expect((await change(manager, role, { description: "Still without." })).status).toBe(200);

    const full = await makeRole(app, ["roles:read", "users:read"]);
    expect((await change(manager, full, { permissions: ["users:read"] })).status).toBe(200);
    expect((await change(manager, full, { permissions: ["roles:read"] })).status).toBe(200);
    await isRefused(await change(manager, full, { permissions: [] }), "role.updated");
    expect(await permissionsOf(app, full)).toEqual(["roles:read"]);
    expect((await change(admin, full, { permissions: [] })).status).toBe(200);

    const member = await signUpWith(app, assigning);
    const held = await app.rows(`select role from user_roles where user_id = '${member.userId}'`);
    await giveRoles(app, member, [...held.map((row) => String(row["role"])), role]);
    for (const permissions of [["users:read"], []]) {
      expect((await change(member, role, { permissions })).status).toBe(200);
    }
    expect((await remove(member, role)).status).toBe(204);
  });

  // security 159
  test("no user but an admin adds a role to their own account, whatever it permits", async () => {
    const held = (
      await app.rows(`select role from user_roles where user_id = '${manager.userId}' order by 1`)
    ).map(({ role }) => String(role));
    const condition = (role: string) =>
      call(app, manager, "GET", `/auth/forward?role=${role}`)().then(({ status }) => status);
    const invented = freshName("role");
    expect(
      (await call(app, manager, "POST", "/roles")({ name: invented, permissions: ["users:read"] }))
        .status,
    ).toBe(201);
    for (const role of [invented, await makeRole(app, ["users:read"]), await makeRole(app, [])]) {
      await isRefused(await assign(manager, manager, [...held, role]), "user.roles_changed");
      expect(await condition(role)).toBe(403);
    }
    expect((await assign(manager, await signUp(app), [invented])).status).toBe(200);
    const adminRole = await makeRole(app, []);
    expect((await assign(admin, admin, ["admin", adminRole])).status).toBe(200);
    // Giving up one's own role is no assignment.
    const leaver = await signUpWith(app, ["roles:assign"]);
    expect((await assign(leaver, leaver, [])).json.data.roles).toEqual(["user"]);
  });
});

// The race: no other user has the role when the decision is made, and one gets it before it is written.
// security 159
test("an assignment that commits while the change waits for it is seen", async () => {
  await using app = await startTestApp();
  const writer = await signUpWith(app, writing);
  const user = await signUp(app);
  const given = (role: string) =>
    `select from roles where name = '${role}' for key share;
     insert into user_roles values ('${user.userId}', '${role}', now())`;
  for (const [method, json] of [
    ["PATCH", { permissions: ["roles:read", "users:read"] }],
    ["DELETE", undefined],
  ] as const) {
    const role = await makeRole(app, ["users:read"]);
    const answer = await meanwhile(app, given(role), () =>
      call(app, writer, method, `/roles/${role}`)(json),
    );
    expect([method, answer.status, answer.json?.error.code]).toEqual([method, 403, "FORBIDDEN"]);
    expect(await permissionsOf(app, role)).toEqual(["users:read"]);
  }
});
