import { describe, expect, test } from "bun:test";

import { createAdmin } from "../../src/features/user-administration/index.ts";
import { codeOf } from "../support/error-code.ts";
import { freshEmail, goodPassword, registerVerified } from "../support/journey.ts";
import { operatorOf } from "../support/operator.ts";
import { useTestApp } from "../support/test-app.ts";

describe("an admin made by the operator, on Postgres", () => {
  const app = useTestApp();

  test("is verified, signs in with address or username, and has the roles user and admin", async () => {
    const ctx = operatorOf(app);
    const written = freshEmail();
    const made = await createAdmin(ctx, {
      email: ` ${written.toUpperCase()} `,
      username: "Root.Ada",
      password: goodPassword,
    });
    expect(made).toEqual({ userId: expect.any(String), email: written });

    for (const identifier of [{ email: written }, { username: "root.ada" }]) {
      const answer = await app.post("/api/v1/auth/login", {
        ...identifier,
        password: goodPassword,
      });
      expect([answer.status, answer.json.data?.user]).toEqual([
        200,
        {
          id: made.userId,
          email: written,
          username: "Root.Ada",
          name: null,
          email_verified: true,
          roles: ["user", "admin"],
        },
      ]);
      const token: string = answer.json.data.access_token;
      const valid = await app.post("/api/v1/auth/validate-token", { token });
      expect(valid.json.data.roles).toEqual(["user", "admin"]);
      const me = await app.call("GET", "/api/v1/users/me", { bearer: token });
      expect(me.json.data.roles).toEqual(["user", "admin"]);
    }

    const audit = await app.rows(
      `select action, result, actor_kind, user_id, ip_address, detail from audit_log
       where request_id = '${ctx.origin.requestId}'`,
    );
    expect(audit).toEqual([
      {
        action: "user.created",
        result: "success",
        actor_kind: "operator",
        user_id: made.userId,
        ip_address: null,
        detail: { roles: ["admin"] },
      },
    ]);
  });

  test("is refused for the same reasons as a registration, and then nothing is created", async () => {
    const taken = await registerVerified(app, { username: "first.here" });
    const before = await app.rows("select count(*)::int as users from users");
    const fine = { email: freshEmail(), username: null, password: goodPassword };
    const refusals = [
      [{ ...fine, email: "no address" }, "INVALID_EMAIL"],
      [{ ...fine, email: taken.email.toUpperCase() }, "DUPLICATE_EMAIL"],
      [{ ...fine, username: "FIRST.here" }, "DUPLICATE_USERNAME"],
      [{ ...fine, username: "ada@example.com" }, "VALIDATION_ERROR"],
      [{ ...fine, username: "a\u0000da" }, "VALIDATION_ERROR"],
      [{ ...fine, password: "password" }, "WEAK_PASSWORD"],
    ] as const;
    for (const [input, code] of refusals) {
      expect(await codeOf(createAdmin(operatorOf(app), input))).toBe(code);
    }
    expect(await app.rows("select count(*)::int as users from users")).toEqual(before);
    const failures = await app.rows(
      "select detail from audit_log where action = 'user.created' and result = 'failure' order by id",
    );
    expect(failures).toEqual([
      { detail: { reason: "DUPLICATE_EMAIL" } },
      { detail: { reason: "DUPLICATE_USERNAME" } },
    ]);
  });

  // security 23
  test("a registration cannot create an admin", async () => {
    for (const field of ["role", "roles", "is_admin", "permissions", "__proto__"]) {
      const body = `{"email":"${freshEmail()}","password":"${goodPassword}","${field}":["admin"]}`;
      const headers = { "content-type": "application/json" };
      const answer = await app.call("POST", "/api/v1/auth/register", { body, headers });
      expect([field, answer.status]).toEqual([field, 400]);
    }
    const admins = await app.rows("select role from user_roles");
    expect(admins).toEqual([{ role: "admin" }]);
  });
});
