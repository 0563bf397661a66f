import { expect, test } from "bun:test";

import { decodeToken } from "../support/forge-token.ts";
import { makeRole, signUpWith } from "../support/roles.ts";
import { refresh, refreshed } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();

/** The claims of a token about its user and permissions. */
function powersOf(token: string): unknown {
  const { jti: _jti, iat: _iat, exp: _exp, ...powers } = decodeToken(token).claims;
  return powers;
}

// What a client asks for beside its token widens nothing (RFC 6749 §6).
// security 49
test("a refresh ignores a requested scope, audience, role and user", async () => {
  const user = await signUpWith(app, ["audit:read"]);
  const role = await makeRole(app, ["users:write"]);
  const first = await refreshed(app, user.refreshToken);
  const before = powersOf(first.accessToken);
  const granted = await app.call("POST", "/oauth/token", {
    form: {
      grant_type: "refresh_token",
      refresh_token: first.refreshToken,
      scope: "admin users:write",
      audience: "another-service",
      roles: `admin ${role}`,
      sub: Bun.randomUUIDv7(),
    },
  });
  expect([granted.status, granted.json.scope]).toEqual([
    200,
    "profile email phone offline_access roles",
  ]);
  expect(powersOf(granted.json.access_token)).toEqual(before);

  const { refresh_token: latest } = granted.json;
  for (const asked of [{ scope: "admin" }, { roles: ["admin"] }, { user_id: user.userId }]) {
    const answer = await app.post("/api/v1/auth/refresh", { refresh_token: latest, ...asked });
    expect([asked, answer.status]).toEqual([asked, 400]);
  }
  const last = await refresh(app, latest);
  expect(powersOf(last.json.data.access_token)).toEqual(before);
  expect(last.json.data.user.roles).not.toContain("admin");
  const { accessToken: bearer } = await refreshed(app, last.json.data.refresh_token);
  expect((await app.call("GET", "/api/v1/audit-logs", { bearer })).status).toBe(200);
  expect((await app.call("POST", "/api/v1/users", { bearer, json: {} })).status).toBe(403);
});
