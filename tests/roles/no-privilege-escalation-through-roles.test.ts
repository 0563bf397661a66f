import { beforeAll, beforeEach, expect, test } from "bun:test";

import { builtInPermissions, findGrantable } from "../../src/features/roles/index.ts";
import { createContext } from "../../src/platform/platform.ts";
import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import { failureOf } from "../support/failure-of.ts";
import type { Answer } from "../support/http-call.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { freshName, giveRoles, makePermission, makeRole, signUpWith } from "../support/roles.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
/** May make and assign roles, and read users, and nothing else. */
let manager: SignedInUser;
let user: SignedInUser;

beforeAll(async () => {
  await signInAdmin(app);
  manager = await signUpWith(app, ["roles:read", "roles:write", "roles:assign", "users:read"]);
});

beforeEach(async () => {
  user = await signUp(app);
});

const call = (method: string, path: string, json?: unknown) =>
  app.call(method, `/api/v1${path}`, {
    bearer: manager.accessToken,
    ...(json === undefined ? {} : { json }),
  });

const assign = (to: { userId: string }, roles: readonly string[]) =>
  call("PUT", `/users/${to.userId}/roles`, { roles });

async function isRefused(answer: Answer, action: string, detail: Record<string, unknown>) {
  expect([answer.status, answer.json.error.code]).toEqual([403, "FORBIDDEN"]);
  expect(await auditOf(app, answer)).toEqual([
    expect.objectContaining({
      action,
      result: "failure",
      actor_kind: "user",
      detail: expect.objectContaining({ ...detail, reason: "FORBIDDEN" }),
    }),
  ]);
}

async function rolesOf({ userId }: { userId: string }): Promise<unknown[]> {
  const rows = await app.rows(
    `select role from user_roles where user_id = '${userId}' order by role`,
  );
  return rows.map(({ role }) => role);
}

// security 97
test("a role with more permissions than the granter has cannot be granted, to another user or to oneself", async () => {
  const within = await makeRole(app, ["users:read"]);
  const beyond = await makeRole(app, ["users:read", "users:write"]);
  const given = await assign(user, [within]);
  expect([given.status, given.json.data.roles]).toEqual([200, ["user", within]]);

  for (const [to, roles] of [
    [user, [within, beyond]],
    [user, ["admin"]],
    [user, [within, "admin"]],
    [manager, [...(await rolesOf(manager)).map(String), beyond]],
    [manager, ["admin"]],
  ] as const) {
    const before = await rolesOf(to);
    await isRefused(await assign(to, roles), "user.roles_changed", { roles });
    expect(await rolesOf(to)).toEqual(before);
  }
});

// Otherwise an actor who may assign roles could remove roles of users with more permissions.
// security 97
test("nor can it be removed", async () => {
  const beyond = await makeRole(app, ["audit:read"]);
  await giveRoles(app, user, [beyond]);
  await isRefused(await assign(user, []), "user.roles_changed", { roles: [] });
  expect(await rolesOf(user)).toEqual([beyond]);
  const admin = await signInAdmin(app);
  await isRefused(await assign(admin, []), "user.roles_changed", { roles: [] });
  expect(await rolesOf(admin)).toEqual(["admin"]);
  // Roles that the actor neither grants nor removes may be there.
  const within = await makeRole(app, ["users:read"]);
  expect((await assign(user, [beyond, within])).status).toBe(200);
});

// The indirect way: the user does not get the role, but the user's role gets the permission.
// security 97
test("a permission that the actor lacks cannot be added to or removed from a role", async () => {
  const own = (await rolesOf(manager)).map(String)[0] ?? "";
  const foreign = await makeRole(app, ["audit:read", "users:read"]);
  const stored = async () => [...(await app.rows("select * from role_permissions order by 1, 2"))];
  const before = await stored();

  for (const [name, permissions, change] of [
    [own, ["roles:read", "users:write"], { added: ["users:write"] }],
    ["user", ["audit:read"], { added: ["audit:read"], removed: [] }],
    [foreign, ["users:read"], { added: [], removed: ["audit:read"] }],
    [foreign, [], {}],
  ] as const) {
    const answer = await call("PATCH", `/roles/${name}`, { permissions });
    await isRefused(answer, "role.updated", { role: name, ...change });
  }
  const name = freshName("role");
  const permissions = ["clients:write", "users:read"];
  const made = await call("POST", "/roles", { name, permissions });
  await isRefused(made, "role.created", { role: name, permissions });
  await isRefused(await call("DELETE", `/roles/${foreign}`), "role.deleted", { role: foreign });
  expect(await stored()).toEqual(before);

  const kept = await call("PATCH", `/roles/${foreign}`, {
    description: "What the actor lacks is unchanged.",
    permissions: ["audit:read"],
  });
  expect([kept.status, kept.json.data.permissions]).toEqual([200, ["audit:read"]]);
});

// Creating a permission does not grant it.
test("creating a permission does not grant it", async () => {
  const name = `${freshName("thing")}:do`;
  expect((await call("POST", "/permissions", { name })).status).toBe(201);
  const role = { name: freshName("role"), permissions: [name] };
  await isRefused(await call("POST", "/roles", role), "role.created", {
    role: role.name,
    permissions: role.permissions,
  });
});

// All of today's permissions are not those of tomorrow, which are an admin's too.
// security 97
test("only admins grant or remove the admin role, not users with every permission", async () => {
  const own = await makePermission(app);
  const all = [...builtInPermissions.map(({ name }) => name), own];
  const almost = await signUpWith(app, all);
  const admin = await signInAdmin(app);
  for (const [to, roles] of [
    [user, ["admin"]],
    [almost, ["admin"]],
    [admin, []],
  ] as const) {
    const answer = await app.call("PUT", `/api/v1/users/${to.userId}/roles`, {
      bearer: almost.accessToken,
      json: { roles },
    });
    expect([answer.status, answer.json.error.code]).toEqual([403, "FORBIDDEN"]);
  }
  const answer = await app.call("PUT", `/api/v1/users/${user.userId}/roles`, {
    bearer: admin.accessToken,
    json: { roles: ["admin"] },
  });
  expect([answer.status, answer.json.data.roles]).toEqual([200, ["user", "admin"]]);
});

test("the operator may grant everything, and an unknown actor nothing", async () => {
  const role = await makeRole(app, ["audit:read"]);
  await findGrantable(operatorOf(app), [role, "admin"]);
  const anonymous = createContext(
    app.platform,
    { kind: "anonymous" },
    { requestId: "none", ipAddress: null, userAgent: null },
  );
  expect(await failureOf(findGrantable(anonymous, [role]))).toMatchObject({ code: "FORBIDDEN" });
});
