import { describe, expect, test } from "bun:test";

import { logIn, signUp } from "../support/journey.ts";
import {
  auditOf,
  outcomeOfRefresh,
  refresh,
  refreshGrant,
  statusOfMe,
} from "../support/session-calls.ts";
import { startTestApp } from "../support/test-app.ts";

describe("on Postgres", () => {
  // security 35, 49: the deleted user of each
  test("every token of the user is refused, and the user cannot sign in again", async () => {
    await using app = await startTestApp();
    const user = await signUp(app);
    const bystander = await signUp(app);
    await app.rows(`update users set deleted_at = now() where id = '${user.userId}'`);

    expect(await statusOfMe(app, user.accessToken)).toBe(401);
    const validated = await app.post("/api/v1/auth/validate-token", { token: user.accessToken });
    expect([validated.status, validated.json.error.code]).toEqual([401, "INVALID_TOKEN"]);
    expect(await outcomeOfRefresh(app, user.refreshToken)).toEqual([401, "INVALID_TOKEN"]);
    const granted = await refreshGrant(app, user.refreshToken);
    expect([granted.status, granted.json.error]).toEqual([400, "invalid_grant"]);
    const signedIn = await logIn(app, user);
    expect([signedIn.status, signedIn.json.error.code]).toEqual([401, "INVALID_CREDENTIALS"]);

    expect(await auditOf(app, user.refreshToken)).toEqual(["user.login"]);
    expect(await statusOfMe(app, bystander.accessToken)).toBe(200);
    expect((await refresh(app, bystander.refreshToken)).status).toBe(200);
  });
});
