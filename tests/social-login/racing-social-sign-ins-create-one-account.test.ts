import { describe, expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { codeOf } from "../support/error-code.ts";
import { goodPassword, logIn, registerVerified } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { freshProfile, identitiesOf, resolve } from "../support/social-login.ts";
import { useTestApp } from "../support/test-app.ts";
import { eventsOf } from "../support/user-administration.ts";

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database, settings: { REQUIRE_EMAIL_VERIFICATION: "false" } });

  // Bad day: an impatient user, or an app that opens the page in each of its tabs.
  test("twenty concurrent first sign-ins of one identity all succeed, in one account", async () => {
    const profile = freshProfile({ name: "Ada" });
    const found = await race(20, () => resolve(app, profile));
    const userIds = new Set(found.map(({ user }) => user.id));
    expect(userIds.size).toBe(1);
    expect(new Set(found.map(({ identityId }) => identityId)).size).toBe(1);
    const [userId = ""] = userIds;
    expect(await identitiesOf(app, userId)).toHaveLength(1);
    const accounts = await app.rows(`select id from users where email = '${profile.email}'`);
    expect(accounts).toEqual([{ id: userId }]);
    const audit = await app.rows(
      `select action from audit_log where user_id = '${userId}' and result = 'success' order by action`,
    );
    expect(audit).toEqual([{ action: "user.identity_linked" }, { action: "user.registered" }]);
    expect(await eventsOf(app, userId, "user.registered")).toHaveLength(1);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 61, 78: an impostor's registration may come before, at the same time, or after
  test("a concurrent registration of the address leaves one account, without the password", async () => {
    for (let round = 0; round < 4; round += 1) {
      const profile = freshProfile();
      const email = String(profile.email);
      const [found, registered] = await Promise.all([
        resolve(app, profile),
        app.post("/api/v1/auth/register", { email, password: goodPassword }),
      ]);
      expect([201, 400, 401]).toContain(registered.status);
      const accounts = await app.rows(
        `select id, email_verified_at is not null as verified, password_hash from users where email = '${email}'`,
      );
      expect(accounts).toEqual([{ id: found.user.id, verified: true, password_hash: null }]);
      expect((await logIn(app, { email, password: goodPassword })).status).toBe(401);
    }
  });
});

describe("on postgres", () => {
  const app = useTestApp();

  // security 77: both providers have verified the address
  test("of identities that race to link to one account, each is linked", async () => {
    const owner = await registerVerified(app);
    const profiles = Array.from({ length: 4 }, () => freshProfile({ email: owner.email }));
    const found = await race(20, (index) =>
      resolve(app, profiles[index % 4] ?? freshProfile({ email: owner.email }), {
        provider: `provider-${index % 4}`,
      }),
    );
    expect(new Set(found.map(({ user }) => user.id))).toEqual(new Set([owner.userId]));
    expect(await identitiesOf(app, owner.userId)).toHaveLength(4);
    expect(await eventsOf(app, owner.userId, "user.identity_linked")).toHaveLength(4);
  });

  // security 76
  test("of two users of one provider who race to link to one account, one is linked", async () => {
    for (let round = 0; round < 5; round += 1) {
      const { email, userId } = await registerVerified(app);
      const outcomes = await race(2, () => codeOf(resolve(app, freshProfile({ email }))));
      expect(new Set(outcomes)).toEqual(new Set([null, "CONFLICT"]));
      expect(await identitiesOf(app, userId)).toHaveLength(1);
    }
  });

  test("of identities that race to claim an unverified account, one claims it, and each is linked", async () => {
    const profile = freshProfile();
    const email = String(profile.email);
    await app.post("/api/v1/auth/register", { email, password: goodPassword });
    const profiles = [profile, freshProfile({ email })];
    const found = await race(2, (index) =>
      resolve(app, profiles[index] ?? profile, { provider: `provider-${index}` }),
    );
    const [userId = "", ...others] = new Set(found.map(({ user }) => user.id));
    expect(others).toEqual([]);
    expect(await identitiesOf(app, userId)).toHaveLength(2);
    const [user] = await app.rows(`select credentials_version from users where id = '${userId}'`);
    expect(user).toEqual({ credentials_version: 2 });
    expect(await eventsOf(app, userId, "user.email_verified")).toHaveLength(1);
  });

  test("of sign-ins with a deleted user's identity, all lead to one new account", async () => {
    const profile = freshProfile();
    const { user } = await resolve(app, profile);
    await app.rows(`update users set deleted_at = now() where id = '${user.id}'`);
    const found = await race(10, () => resolve(app, profile));
    const userIds = [...new Set(found.map((each) => each.user.id))];
    expect(userIds).toHaveLength(1);
    expect(userIds).not.toContain(user.id);
    expect(await identitiesOf(app, userIds[0] ?? "")).toHaveLength(1);
  });
});
