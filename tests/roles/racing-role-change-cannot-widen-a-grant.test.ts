import { beforeAll, describe, expect, test } from "bun:test";

import { assignRoles } from "../../src/features/roles/index.ts";
import { createUser } from "../../src/features/user-administration/index.ts";
import type { Actor } from "../../src/kernel/context.ts";
import { findAppError } from "../../src/kernel/errors.ts";
import { type Context, createContext } from "../../src/platform/platform.ts";
import { beforeQuery } from "../support/before-query.ts";
import { databaseKinds } from "../support/databases.ts";
import { meanwhile } from "../support/held-rows.ts";
import { freshEmail, type SignedInUser, signUp } from "../support/journey.ts";
import { makeRole, signUpWith } from "../support/roles.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

/** May give roles that let one read users, and no more. */
const held = ["roles:assign", "users:read", "users:write"];

/** Another role takes the place of this one: the same name, more power. */
const replacement = (role: string): readonly string[] => [
  `delete from roles where name = '${role}'`,
  `insert into roles values ('${role}', null, now(), now())`,
  `insert into role_permissions values ('${role}', 'audit:read')`,
];

const usersOf = (role: string) => `select user_id from user_roles where role = '${role}'`;

/** The context of a manager's call, in which `before` happens once, before the first thing is written. */
function contextOf(
  app: TestApp,
  { userId }: SignedInUser,
  before: () => Promise<unknown>,
): Context {
  let isDone = false;
  const db = beforeQuery(
    app.platform.db,
    (method) => method === "with",
    async () => {
      if (isDone) return;
      isDone = true;
      await before();
    },
  );
  const origin = { requestId: "raced", ipAddress: null, userAgent: null };
  return createContext({ ...app.platform, db }, actorOf(userId), origin);
}

function actorOf(userId: string): Actor {
  return {
    kind: "user",
    userId,
    sessionId: Bun.randomUUIDv7(),
    email: "manager@example.com",
    username: null,
    name: null,
    emailVerified: true,
    roles: [],
    permissions: held,
    amr: ["pwd"],
    profile: { phone: null, avatarUrl: null, locale: null, metadata: {} },
    createdAt: "2026-01-31T12:00:00.000Z",
    updatedAt: "2026-01-31T12:00:00.000Z",
    tokenExpiresAt: new Date(),
    grant: null,
  };
}

const codeOf = (act: Promise<unknown>) =>
  act.then(
    () => "done",
    (error: unknown) => findAppError(error)?.code,
  );

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });
  let manager: SignedInUser;

  beforeAll(async () => {
    manager = await signUpWith(app, held);
  });

  // The attack: a role that one may give is replaced when the decision is made, and before it is written.
  // security 97
  test("a role that replaces the checked one under its name is checked again", async () => {
    const user = await signUp(app);
    const ways = [
      (ctx: Context, role: string) => assignRoles(ctx, { userId: user.userId, roles: [role] }),
      (ctx: Context, role: string) => createUser(ctx, { email: freshEmail(), roles: [role] }),
    ];
    for (const give of ways) {
      const role = await makeRole(app, ["users:read"]);
      const ctx = contextOf(app, manager, async () => {
        for (const statement of replacement(role)) await app.rows(statement);
      });
      expect(await codeOf(give(ctx, role))).toBe("FORBIDDEN");
      expect([...(await app.rows(usersOf(role)))]).toEqual([]);
    }
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("a role deleted meanwhile does not exist, and one with only a new description is granted", async () => {
    const user = await signUp(app);
    for (const [statement, outcome] of [
      ["delete from roles where name =", "VALIDATION_ERROR"],
      ["update roles set description = 'x' where name =", "done"],
    ] as const) {
      const role = await makeRole(app, ["users:read"]);
      const ctx = contextOf(app, manager, () => app.rows(`${statement} '${role}'`));
      const giving = assignRoles(ctx, { userId: user.userId, roles: [role] });
      expect([statement, await codeOf(giving)]).toEqual([statement, outcome]);
    }
  });
});

// The same while the statement runs: it waits for the role's deletion, and then finds another role of its name.
// security 97
test("nor is it granted by a concurrent statement", async () => {
  await using app = await startTestApp();
  const manager = await signUpWith(app, held);
  const user = await signUp(app);
  const { accessToken: bearer } = manager;
  for (const call of [
    (role: string) =>
      app.call("PUT", `/api/v1/users/${user.userId}/roles`, { bearer, json: { roles: [role] } }),
    (role: string) =>
      app.call("POST", "/api/v1/users", { bearer, json: { email: freshEmail(), roles: [role] } }),
  ]) {
    const role = await makeRole(app, ["users:read"]);
    const answer = await meanwhile(app, replacement(role).join(";"), () => call(role));
    expect([answer.status, answer.json.error?.code]).toEqual([403, "FORBIDDEN"]);
    expect([...(await app.rows(usersOf(role)))]).toEqual([]);
  }
});
