import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { introspect, makeClient, type TestClient } from "../support/clients.ts";
import { type DatabaseKind, databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { giveRoles, makePermission, makeRole } from "../support/roles.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

// The attack: to go on with a token from before the permission was taken, at a replica that was not asked to take it.
describe.each<DatabaseKind>([...databaseKinds])("what roles allow, on %s", (database) => {
  const app = useTestApp({ database });
  let replicas: readonly TestApp[];
  let admin: SignedInUser;
  let client: TestClient;

  beforeAll(async () => {
    replicas = database === "embedded" ? [app] : [app, await app.replica(), await app.replica()];
    admin = await signInAdmin(app);
    client = await makeClient(app);
  });

  const statuses = (bearer: string) =>
    Promise.all(
      replicas.flatMap((replica) => [
        replica.call("GET", "/api/v1/clients", { bearer }),
        replica.call("GET", "/api/v1/auth/forward?permission=clients:write", { bearer }),
      ]),
    ).then((answers) => answers.map(({ status }) => status));

  async function become({ accessToken }: SignedInUser, expected: 200 | 403): Promise<void> {
    await eventually(
      () => statuses(accessToken),
      (found) => found.every((status) => status === expected),
    );
  }

  async function change(method: string, path: string, json?: unknown): Promise<void> {
    const call = { bearer: admin.accessToken, ...(json === undefined ? {} : { json }) };
    const { status, text } = await app.call(method, `/api/v1${path}`, call);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
  }

  // security 96
  test("applies at every replica after a change of the role, and ends with the role", async () => {
    const user = await signUp(app);
    const role = await makeRole(app, []);
    await giveRoles(app, user, [role]);
    await become(user, 403);
    for (let round = 0; round < 3; round += 1) {
      await change("PATCH", `/roles/${role}`, { permissions: ["clients:write"] });
      await become(user, 200);
      await change("PATCH", `/roles/${role}`, { permissions: [] });
      await become(user, 403);
    }
    await change("PATCH", `/roles/${role}`, { permissions: ["clients:write"] });
    await become(user, 200);
    await change("DELETE", `/roles/${role}`);
    await become(user, 403);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 96
  test("applies to all users through the role user", async () => {
    const user = await signUp(app);
    await become(user, 403);
    await change("PATCH", "/roles/user", { permissions: ["clients:write"] });
    await become(user, 200);
    await change("PATCH", "/roles/user", { permissions: [] });
    await become(user, 403);
  });

  // security 96
  test("applies as well when it was changed by SQL", async () => {
    const user = await signUp(app);
    const role = await makeRole(app, []);
    await giveRoles(app, user, [role]);
    await become(user, 403);
    await app.rows(`insert into role_permissions values ('${role}', 'clients:write')`);
    await become(user, 200);
    await app.rows("truncate role_permissions");
    await become(user, 403);
  });

  // security 96
  test("no longer counts after a removal of roles, at the replica that removed them", async () => {
    const demoted = await signInAdmin(app);
    await become(demoted, 200);
    await change("PUT", `/users/${demoted.userId}/roles`, { roles: [] });
    // With the very next request, and not only soon.
    const next = await app.call("GET", "/api/v1/clients", { bearer: demoted.accessToken });
    expect([next.status, next.json.error.code]).toEqual([403, "FORBIDDEN"]);
    await become(demoted, 403);
  });

  test("is included in introspection and validation, each permission once and sorted", async () => {
    const user = await signUp(app);
    const own = await makePermission(app);
    const roles = [
      await makeRole(app, ["users:read", own]),
      await makeRole(app, ["audit:read", "users:read"]),
    ];
    await giveRoles(app, user, roles);
    const held = ["audit:read", "users:read", own].toSorted();
    const validated = await app.post("/api/v1/auth/validate-token", { token: user.accessToken });
    expect(validated.json.data.permissions).toEqual(held);
    const introspected = await introspect(app, client, user.accessToken);
    expect(introspected.json.permissions).toEqual(held);
    const asked = held.map((name) => `permission=${encodeURIComponent(name)}`).join("&");
    for (const [query, status] of [
      [asked, 200],
      [`${asked}&permission=users:write`, 403],
    ] as const) {
      const path = `/api/v1/auth/forward?${query}`;
      expect((await app.call("GET", path, { bearer: user.accessToken })).status).toBe(status);
    }
  });
});
