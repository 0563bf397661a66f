import { describe, expect, test } from "bun:test";

import { signInAdmin } from "../support/admin.ts";
import { databaseKinds } from "../support/databases.ts";
import { decodeToken } from "../support/forge-token.ts";
import { introspect, makeClient } from "../support/clients.ts";
import { signUp } from "../support/journey.ts";
import { errorOf } from "../support/provider-journey.ts";
import { freshName, giveRoles, signUpWith } from "../support/roles.ts";
import { turnOn, useFrozenStep } from "../support/second-factor.ts";
import { refreshed } from "../support/session-calls.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

useFrozenStep();

/** What each place that decides on permissions says about a session. */
async function decisions(app: TestApp, bearer: string, role: string) {
  const list = await app.call("GET", "/api/v1/users", { bearer });
  const forwarded = async (query: string) =>
    (await app.call("GET", `/api/v1/auth/forward?${query}`, { bearer })).status;
  const validated = await app.post("/api/v1/auth/validate-token", { token: bearer });
  const me = await app.call("GET", "/api/v1/users/me", { bearer });
  return {
    guard: list.status,
    byPermission: await forwarded("permission=users:read"),
    byRole: await forwarded(`role=${role}`),
    validated: validated.json.data.permissions.includes("users:read"),
    roles: me.json.data.roles.includes(role),
  };
}

const nothing = { guard: 403, byPermission: 403, byRole: 403, validated: false, roles: false };
const everything = { guard: 200, byPermission: 200, byRole: 200, validated: true, roles: true };

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // Attack: the stolen password of an administrator.
  test("a role with require_mfa is effective in sessions with two factors only", async () => {
    const admin = await signInAdmin(app);
    const call = { bearer: admin.accessToken };
    const name = freshName("role");
    const json = { name, permissions: ["users:read"], require_mfa: true };
    const created = await app.post("/api/v1/roles", json, call);
    expect([created.status, created.json.data.role.require_mfa]).toEqual([201, true]);
    const user = await signUp(app);
    await giveRoles(app, user, [name]);
    expect(await decisions(app, user.accessToken, name)).toEqual(nothing);
    const secured = await turnOn(app, user);
    // The session from before has proven no factor; its user proves it now.
    expect(await decisions(app, user.accessToken, name)).toEqual(nothing);
    const proof = { code: secured.authenticator.code() };
    const bearer = user.accessToken;
    expect((await app.post("/api/v1/auth/reauthenticate", proof, { bearer })).status).toBe(200);
    expect(await decisions(app, user.accessToken, name)).toEqual(everything);
    const tokens = await refreshed(app, user.refreshToken);
    expect(decodeToken(tokens.accessToken).claims["roles"]).toEqual(["user", name]);
    // The change is effective at once, in every session.
    const other = await signUp(app);
    await giveRoles(app, other, [name]);
    expect(await decisions(app, other.accessToken, name)).toEqual(nothing);
    const path = `/api/v1/roles/${name}`;
    const off = await app.call("PATCH", path, { ...call, json: { require_mfa: false } });
    expect([off.status, off.json.data.require_mfa]).toEqual([200, false]);
    expect(await decisions(app, other.accessToken, name)).toEqual(everything);
  });
});

describe("require_mfa", () => {
  const app = useTestApp();

  // security 97. Attack: a user who may write roles makes a role of others effective without a second factor.
  test("is changed only by a user who has the role's permissions and may assign it", async () => {
    const admin = await signInAdmin(app);
    const name = freshName("role");
    const json = { name, permissions: ["audit:read"], require_mfa: true };
    await app.post("/api/v1/roles", json, { bearer: admin.accessToken });
    const path = `/api/v1/roles/${name}`;
    for (const permissions of [
      ["roles:read", "roles:write"],
      ["roles:read", "roles:write", "roles:assign"],
    ]) {
      const { accessToken: bearer } = await signUpWith(app, permissions);
      const answer = await app.call("PATCH", path, { bearer, json: { require_mfa: false } });
      expect(errorOf(answer)).toEqual([403, "FORBIDDEN"]);
    }
    const shown = await app.call("GET", path, { bearer: admin.accessToken });
    expect(shown.json.data.require_mfa).toBe(true);
  });

  test("counts at introspection too", async () => {
    const admin = await signInAdmin(app);
    const patch = { bearer: admin.accessToken, json: { require_mfa: true } };
    const name = freshName("role");
    await app.post("/api/v1/roles", { name, permissions: ["users:read"] }, patch);
    const user = await signUp(app);
    await giveRoles(app, user, [name]);
    const client = await makeClient(app);
    expect((await introspect(app, client, user.accessToken)).json.permissions).toContain(
      "users:read",
    );
    expect((await app.call("PATCH", `/api/v1/roles/${name}`, patch)).status).toBe(200);
    const { json } = await introspect(app, client, user.accessToken);
    expect([json.active, json.permissions, json.roles]).toEqual([true, [], ["user"]]);
  });
});
