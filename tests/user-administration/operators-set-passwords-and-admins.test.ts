import { expect, test } from "bun:test";

import {
  assignRolesOf,
  findNamedUser,
  promoteAdmin,
  setPassword,
  updateUser,
} from "../../src/features/user-administration/index.ts";
import { assignRoles } from "../../src/features/roles/index.ts";
import { codeOf } from "../support/error-code.ts";
import { freshEmail, goodPassword, logIn, signUp } from "../support/journey.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { operatorOf } from "../support/operator.ts";
import { makeRole } from "../support/roles.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
const otherPassword = "Another-Password-77";

const accountOf = (email: string) => findNamedUser(operatorOf(app), { email });

/** An account that someone registered with an address that may not be theirs. */
async function registerUnverified(): Promise<string> {
  const email = freshEmail();
  const credentials = { email, password: goodPassword };
  expect((await app.post("/api/v1/auth/register", credentials)).status).toBe(201);
  return email;
}

// security 35
test("a password that the operator sets ends every session, and the user is mailed", async () => {
  const user = await signUp(app);
  await setPassword(operatorOf(app), user.userId, otherPassword);
  expect(await statusOfMe(app, user.accessToken)).toBe(401);
  expect((await logIn(app, user)).status).toBe(401);
  expect((await logIn(app, { email: user.email, password: otherPassword })).status).toBe(200);
  await mailOfKind(app, "password-changed", user.email);
  const rows = await app.rows(
    `select actor_kind, detail from audit_log
     where user_id = '${user.userId}' and action = 'user.password_changed'`,
  );
  expect(rows).toEqual([{ actor_kind: "operator", detail: { by: "administrator" } }]);
  expect(await codeOf(setPassword(operatorOf(app), user.userId, "weak"))).toBe("WEAK_PASSWORD");
});

test("a verified user who is made an admin keeps password and sessions", async () => {
  const user = await signUp(app);
  const ctx = operatorOf(app);
  expect(await promoteAdmin(ctx, await accountOf(user.email), null)).toBe(true);
  const account = await accountOf(user.email);
  expect(account.roles).toEqual(["admin"]);
  expect(await promoteAdmin(ctx, account, null)).toBe(false);
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
  expect((await logIn(app, user)).status).toBe(200);
});

test("a stranger who registered an address before its owner does not become an admin", async () => {
  const email = await registerUnverified();
  const ctx = operatorOf(app);
  expect(await codeOf(promoteAdmin(ctx, await accountOf(email), null))).toBe("CONFLICT");
  expect(await promoteAdmin(ctx, await accountOf(email), otherPassword)).toBe(true);
  const account = await accountOf(email);
  expect([account.roles, account.emailVerifiedAt === null]).toEqual([["admin"], false]);
  expect((await logIn(app, { email, password: goodPassword })).status).toBe(401);
  expect((await logIn(app, { email, password: otherPassword })).status).toBe(200);
});

// Attack: while the operator types a password, the stranger who registered the account confirms a change to their own address.
test.each([
  ["has another address by now", "email = 'changed-' || email, email_verified_at = now()"],
  ["was verified since", "email_verified_at = now()"],
])("an account that %s does not become an admin", async (_name, change) => {
  const email = await registerUnverified();
  const account = await accountOf(email);
  await app.rows(`update users set ${change} where id = '${account.id}'`);
  const ctx = operatorOf(app);
  expect(await codeOf(promoteAdmin(ctx, account, otherPassword))).toBe("CONFLICT");
  expect(await findNamedUser(ctx, { id: account.id })).toMatchObject({ roles: [] });
});

// Attack: the stranger who registered the address keeps the password and has the operator's roles.
test("an account whose address was never verified gets no role with permissions", async () => {
  const email = await registerUnverified();
  const ctx = operatorOf(app);
  const powerful = await makeRole(app, ["audit:read"]);
  const plain = await makeRole(app, []);
  for (const role of ["admin", powerful]) {
    expect(await codeOf(assignRolesOf(ctx, await accountOf(email), [role]))).toBe("CONFLICT");
  }
  await assignRolesOf(ctx, await accountOf(email), [plain]);
  await updateUser(ctx, (await accountOf(email)).id, { email_verified: true });
  await assignRolesOf(ctx, await accountOf(email), [plain, powerful]);
  expect((await accountOf(email)).roles.toSorted()).toEqual([plain, powerful].toSorted());
});

test("a role that the account got while the operator typed a password is kept", async () => {
  const email = await registerUnverified();
  const account = await accountOf(email);
  const role = await makeRole(app, []);
  await assignRoles(operatorOf(app), { userId: account.id, roles: [role] });
  expect(await promoteAdmin(operatorOf(app), account, otherPassword)).toBe(true);
  expect((await accountOf(email)).roles.toSorted()).toEqual([role, "admin"].toSorted());
});
