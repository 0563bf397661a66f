import { beforeAll, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import type { Answer } from "../support/http-call.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { makeRole, signUpWith } from "../support/roles.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

beforeAll(async () => {
  await signInAdmin(app);
});

const dataOf = ({ status, json }: Answer) => [status, json.data];

/** Each change of a user, by an actor who may make it. */
function changesBy({ accessToken: bearer }: SignedInUser) {
  const call = (method: string, path: string, json?: unknown) =>
    app.call(method, `/api/v1${path}`, { bearer, ...(json === undefined ? {} : { json }) });
  return {
    change: (id: string, json: unknown) => call("PATCH", `/users/${id}`, json),
    remove: (id: string) => call("DELETE", `/users/${id}`),
    restore: (id: string) => call("POST", `/users/${id}/restore`),
    assign: (id: string, roles: string[]) => call("PUT", `/users/${id}/roles`, { roles }),
    changeRole: (name: string, json: unknown) => call("PATCH", `/roles/${name}`, json),
  };
}

// The attack: a change of nothing, or of something harmless, to read what one may not.
test("an actor who may write but not read users sees only the written fields", async () => {
  const by = changesBy(await signUpWith(app, ["users:write", "roles:assign"]));
  const { userId: id } = await signUp(app, { username: "secretive", name: "Secret" });
  const role = await makeRole(app, ["users:write"]);
  for (const [answer, data] of [
    [await by.change(id, {}), { id }],
    [await by.change(id, { phone: "+15550100" }), { id, phone: "+15550100" }],
    [await by.change(id, { status: "disabled" }), { id, status: "disabled" }],
    [
      await by.change(id, { status: "active", email_verified: true, metadata: null }),
      { id, status: "active", email_verified: true, metadata: {} },
    ],
    [await by.assign(id, [role]), { id, roles: ["user", role] }],
    [await by.assign(id, [role]), { id, roles: ["user", role] }],
    [await by.restore(id), { id, status: "active" }],
    [await by.remove(id), { message: "User deleted successfully." }],
    [await by.restore(id), { id, status: "active" }],
  ] as const) {
    expect(dataOf(answer)).toEqual([200, data]);
  }
});

test("an actor who may read users as well sees the whole user", async () => {
  const manager = await signUpWith(app, ["users:write", "users:read", "roles:assign"]);
  const by = changesBy(manager);
  const { userId: id } = await signUp(app, { name: "Open" });
  const shown = async () => {
    const { accessToken: bearer } = manager;
    return (await app.call("GET", `/api/v1/users/${id}`, { bearer })).json.data;
  };
  for (const change of [
    () => by.change(id, {}),
    () => by.change(id, { status: "disabled" }),
    () => by.restore(id),
  ]) {
    expect(dataOf(await change())).toEqual([200, await shown()]);
  }
  const assigned = await by.assign(id, []);
  expect(await shown()).toMatchObject(assigned.json.data);
  expect(assigned.json.data).toMatchObject({ id, name: "Open", roles: ["user"] });
});

test("the same holds for roles", async () => {
  const writer = changesBy(await signUpWith(app, ["roles:write", "audit:read"]));
  const reader = changesBy(await signUpWith(app, ["roles:write", "roles:read", "audit:read"]));
  const name = await makeRole(app, ["audit:read"]);
  const description = "For the auditors.";
  expect(dataOf(await writer.changeRole(name, {}))).toEqual([200, { name }]);
  expect(dataOf(await writer.changeRole(name, { description }))).toEqual([
    200,
    { name, description },
  ]);
  expect(dataOf(await reader.changeRole(name, {}))).toEqual([
    200,
    { name, description, permissions: ["audit:read"], require_mfa: false },
  ]);
});
