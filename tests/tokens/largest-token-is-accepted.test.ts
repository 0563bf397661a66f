import { beforeAll, describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { fileOf, importFile } from "../support/import-users.ts";
import { goodPassword, logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

/** Beside `user`. */
const mostRoles = 32;
const names = Array.from({ length: mostRoles + 1 }, (_, index) => `role-${index}-`.padEnd(64, "x"));
const [surplus = "", ...allowed] = names;
const longestEmail = (first: string) =>
  `${first.padEnd(64, "l")}@${"d".repeat(63)}.${"d".repeat(63)}.${"d".repeat(57)}.com`;

// The bad day: a user's token is longer than the limit. The sign-in succeeds, and every replica refuses the token.
describe("of the largest possible user", () => {
  const app = useTestApp({
    settings: {
      JWT_ALGORITHM: "RS256",
      JWT_ISSUER: `https://auth.example/${"i".repeat(491)}`,
      JWT_AUDIENCE: "a".repeat(512),
    },
  });
  let admin: SignedInUser;
  let bearer: string;

  beforeAll(async () => {
    admin = await signInAdmin(app);
    bearer = admin.accessToken;
    const rows = names.map((name) => `('${name}', null, now(), now())`);
    await app.rows(`insert into roles values ${rows.join()}`);
  }, 20_000);

  async function expectGood(email: string): Promise<void> {
    const { status, json } = await logIn(app, { email, password: goodPassword });
    expect([status, json.data.user.roles]).toEqual([200, ["user", ...allowed.toSorted()]]);
    expect(await statusOfMe(app, json.data.access_token)).toBe(200);
    const { refresh_token } = json.data;
    const refreshed = await app.post("/api/v1/auth/refresh", { refresh_token });
    expect(await statusOfMe(app, refreshed.json.data.access_token)).toBe(200);
  }

  const assign = ({ userId }: SignedInUser, roles: readonly string[]) =>
    app.call("PUT", `/api/v1/users/${userId}/roles`, { bearer, json: { roles } });

  test("every token is accepted, and one more role is refused by the API", async () => {
    const user = await signUp(app);
    const email = longestEmail("assigned");
    await app.rows(`update users set email = '${email}' where id = '${user.userId}'`);
    expect((await assign(user, ["user", ...allowed])).status).toBe(200);
    await expectGood(email);
    for (const roles of [names, ["user", ...names]]) {
      const { status, json } = await assign(user, roles);
      expect([status, json.error.code, json.error.details.field]).toEqual([
        400,
        "VALIDATION_ERROR",
        "roles",
      ]);
    }
    await expectGood(email);
  });

  test("the same holds for an invited user", async () => {
    const invite = (first: string, roles: readonly string[]) =>
      app.post("/api/v1/users", { email: longestEmail(first), roles }, { bearer });
    const refused = await invite("refused", names);
    expect([refused.status, refused.json.error.details.field]).toEqual([400, "roles"]);
    expect((await invite("invited", allowed)).status).toBe(201);
  });

  test("the same holds for an imported user", async () => {
    const password_hash = await Bun.password.hash(goodPassword, { algorithm: "bcrypt", cost: 4 });
    const common = { password_hash, email_verified: true };
    const email = longestEmail("imported");
    const { imported, faults } = await importFile(
      app,
      fileOf([
        { ...common, email, roles: ["user", ...allowed, ...allowed] },
        { ...common, email: longestEmail("surplus"), roles: [surplus, ...allowed] },
      ]),
    );
    expect([imported, faults]).toEqual([
      1,
      [{ number: 2, faults: [{ field: "roles", issue: "Must be at most 32 beside `user`." }] }],
    ]);
    await expectGood(email);
  });

  // SQL can assign any number of roles. The sign-in then fails with an error and issues no unusable token.
  test("a token that would not be accepted is not signed", async () => {
    const user = await signUp(app);
    const many = `'many-' || lpad(number::text, 59, '0') from generate_series(1, 90) number`;
    await app.rows(
      `insert into roles select name, null, now(), now() from (select ${many}) as made (name)`,
    );
    await app.rows(
      `insert into user_roles select '${user.userId}', name, now() from (select ${many}) as made (name)`,
    );
    expect((await logIn(app, user)).status).toBe(500);
    expect(app.log.join("")).toContain("longer than the maximum that is accepted");
  });
});
