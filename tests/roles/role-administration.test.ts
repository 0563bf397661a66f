import { beforeAll, describe, expect, test } from "bun:test";

import { builtInPermissions } from "../../src/features/roles/index.ts";
import { signInAdmin } from "../support/admin.ts";
import { auditOf } from "../support/audit-rows.ts";
import type { Answer } from "../support/http-call.ts";
import { type SignedInUser, signUp } from "../support/journey.ts";
import { freshName, giveRoles, makePermission } from "../support/roles.ts";
import { useTestApp } from "../support/test-app.ts";

const path = "/api/v1/roles";

describe("roles and permissions on Postgres", () => {
  const app = useTestApp();
  let admin: SignedInUser;

  beforeAll(async () => {
    admin = await signInAdmin(app);
  });

  function call(method: string, at: string, json?: unknown): Promise<Answer> {
    return app.call(method, at, {
      bearer: admin.accessToken,
      ...(json === undefined ? {} : { json }),
    });
  }

  const recorded = (action: string, detail: Record<string, unknown>, result = "success") => [
    expect.objectContaining({ action, result, actor_kind: "user", detail }),
  ];

  const outcome = ({ status, json }: Answer) => [
    status,
    json.error.code,
    json.error.details?.field,
  ];

  test("there is a role that all users have and one with every permission", async () => {
    const { json } = await call("GET", path);
    expect(json.data.items).toEqual([
      {
        name: "admin",
        description: expect.any(String),
        permissions: builtInPermissions.map(({ name }) => name).toSorted(),
        require_mfa: false,
      },
      { name: "user", description: expect.any(String), permissions: [], require_mfa: false },
    ]);
    const permissions = await call("GET", "/api/v1/permissions");
    expect(permissions.json.data.items).toEqual(
      builtInPermissions.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
    );
  });

  test("a role is created, shown, changed and deleted; each is audited", async () => {
    const name = freshName("clerk");
    const role = {
      name,
      description: "Clerks.",
      permissions: ["roles:read", "users:read"],
      require_mfa: false,
    };
    const made = await call("POST", path, {
      ...role,
      permissions: ["users:read", "roles:read", "users:read"],
    });
    expect([made.status, made.json.data]).toEqual([
      201,
      { message: "Role created successfully.", role },
    ]);
    expect(await auditOf(app, made)).toEqual(
      recorded("role.created", { role: name, permissions: role.permissions }),
    );
    expect((await call("GET", `${path}/${name}`)).json.data).toEqual(role);

    const changed = await call("PATCH", `${path}/${name}`, {
      permissions: ["users:write", "users:read"],
    });
    const after = { ...role, permissions: ["users:read", "users:write"] };
    expect([changed.status, changed.json.data]).toEqual([200, after]);
    expect(await auditOf(app, changed)).toEqual(
      recorded("role.updated", { role: name, added: ["users:write"], removed: ["roles:read"] }),
    );
    const described = await call("PATCH", `${path}/${name}`, { description: null });
    expect(described.json.data).toEqual({ ...after, description: null });
    // Nothing to change is no fault, and nothing to record.
    const same = await call("PATCH", `${path}/${name}`, {});
    expect([same.status, same.json.data, await auditOf(app, same)]).toEqual([
      200,
      { ...after, description: null },
      [],
    ]);

    const user = await signUp(app);
    await giveRoles(app, user, [name]);
    const deleted = await call("DELETE", `${path}/${name}`);
    expect([deleted.status, deleted.text]).toEqual([204, ""]);
    expect(await auditOf(app, deleted)).toEqual(
      recorded("role.deleted", { role: name, permissions: after.permissions, users: 1 }),
    );
    for (const method of ["GET", "DELETE"]) {
      expect(outcome(await call(method, `${path}/${name}`))).toEqual([404, "NOT_FOUND", undefined]);
    }
    expect(outcome(await call("PATCH", `${path}/${name}`, {}))).toEqual([
      404,
      "NOT_FOUND",
      undefined,
    ]);
    const left = await app.rows(`select role from user_roles where user_id = '${user.userId}'`);
    expect([...left]).toEqual([]);
  });

  // security 97
  test("built-in roles and permissions cannot be changed", async () => {
    for (const name of ["user", "admin"]) {
      const deleted = await call("DELETE", `${path}/${name}`);
      expect(outcome(deleted)).toEqual([409, "CONFLICT", undefined]);
      expect(await auditOf(app, deleted)).toEqual(
        recorded("role.deleted", { role: name, reason: "CONFLICT" }, "failure"),
      );
      expect(outcome(await call("POST", path, { name }))).toEqual([409, "CONFLICT", undefined]);
    }
    const weakened = await call("PATCH", `${path}/admin`, { permissions: ["users:read"] });
    expect(outcome(weakened)).toEqual([409, "CONFLICT", undefined]);
    expect((await call("GET", `${path}/admin`)).json.data.permissions).toHaveLength(
      builtInPermissions.length,
    );
    const twice = await call("POST", "/api/v1/permissions", { name: "users:read" });
    expect(outcome(twice)).toEqual([409, "CONFLICT", undefined]);
  });

  // Otherwise a user with such a permission would gain rights after an update that were never granted.
  test("reserved permission names cannot be created", async () => {
    const resources = ["audit", "clients", "roles", "users", "webhooks"];
    for (const resource of resources) {
      const made = await call("POST", "/api/v1/permissions", { name: `${resource}:purge` });
      expect(outcome(made)).toEqual([400, "VALIDATION_ERROR", "name"]);
      expect(made.json.error.details.issue).toContain(resources.join(", "));
    }
    const own = `users-${freshName("thing")}:read`;
    expect((await call("POST", "/api/v1/permissions", { name: own })).status).toBe(201);
  });

  test("a custom permission can be added to roles, and admin has it at once", async () => {
    const name = `${freshName("invoices")}:approve`;
    const json = { name, description: "Approves." };
    const early = await call("POST", path, { name: freshName("role"), permissions: [name] });
    expect(outcome(early)).toEqual([400, "VALIDATION_ERROR", "permissions.0"]);
    const made = await call("POST", "/api/v1/permissions", json);
    expect([made.status, made.json.data]).toEqual([
      201,
      { message: "Permission created successfully.", permission: json },
    ]);
    expect(await auditOf(app, made)).toEqual(recorded("permission.created", { permission: name }));
    expect(outcome(await call("POST", "/api/v1/permissions", json))).toEqual([
      409,
      "CONFLICT",
      undefined,
    ]);
    expect((await call("GET", `${path}/admin`)).json.data.permissions).toContain(name);
    const asked = `/api/v1/auth/forward?permission=${encodeURIComponent(name)}`;
    expect((await call("GET", asked)).status).toBe(200);
    const role = { name: freshName("role"), permissions: [name] };
    expect((await call("POST", path, role)).status).toBe(201);
  });

  test("lists are paginated in one order, each name once", async () => {
    for (const at of [path, "/api/v1/permissions"]) {
      const names: string[] = [];
      for (let cursor = ""; ;) {
        const { json } = await call("GET", `${at}?limit=2${cursor}`);
        names.push(...json.data.items.map((item: { name: string }) => item.name));
        // Made while the list is read: before or after the page's end, it disturbs nothing.
        if (names.length === 2) await makePermission(app);
        if (json.data.next_cursor === null) break;
        cursor = `&cursor=${json.data.next_cursor}`;
      }
      expect(names).toEqual([...new Set(names)].toSorted());
      expect(names.length).toBeGreaterThan(2);
      const foreign = await call("GET", `${at}?cursor=bm9uZQ`);
      expect(outcome(foreign)).toEqual([400, "VALIDATION_ERROR", "cursor"]);
    }
  });

  // part of security 104
  test("an invalid name is refused, and nothing is created", async () => {
    const names = [
      "",
      "Role",
      "1st",
      "a b",
      "a\u0000",
      "é",
      "a".repeat(65),
      "../x",
      "a:b",
      null,
      1,
    ];
    for (const name of names) {
      const role = await call("POST", path, { name });
      expect([name, ...outcome(role)]).toEqual([name, 400, "VALIDATION_ERROR", "name"]);
    }
    for (const name of ["x", "x:", ":y", "x:y:z", "X:y", "x:*", "x: y", `x:${"y".repeat(127)}`]) {
      const permission = await call("POST", "/api/v1/permissions", { name });
      expect([name, ...outcome(permission)]).toEqual([name, 400, "VALIDATION_ERROR", "name"]);
    }
    for (const [field, value] of [
      ["permissions", "users:read"],
      ["permissions", [1]],
      ["permissions", Array.from({ length: 201 }, () => "users:read")],
      ["description", "a\u0000b"],
      ["built_in", true],
    ] as const) {
      const answer = await call("POST", path, { name: freshName("role"), [field]: value });
      expect([field, answer.status]).toEqual([field, 400]);
    }
    for (const name of ["%27", "none", "NONE", "__proto__", "a".repeat(128)]) {
      expect([name, (await call("GET", `${path}/${name}`)).status]).toEqual([name, 404]);
    }
  });
});
