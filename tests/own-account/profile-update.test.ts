import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { eventually } from "../support/eventually.ts";
import { signUp } from "../support/journey.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

const me = "/api/v1/users/me";

const profile = {
  username: "Ada",
  name: "Ada Lovelace",
  phone: "+44 20 7946 0958",
  avatar_url: "https://example.com/@ada/picture.png?size=2#face",
  locale: "en-GB",
  metadata: { plan: "pro", tags: ["a", "b"], nested: { lines: "one\ntwo", none: null } },
};

const nothing = {
  username: null,
  name: null,
  phone: null,
  avatar_url: null,
  locale: null,
  metadata: {},
};

async function userUpdates(app: TestApp, userId: string): Promise<unknown[]> {
  const rows = await app.rows(
    `select payload->'data' as data from events
     where user_id = '${userId}' and type = 'user.updated' order by position, id`,
  );
  return rows.map(({ data }) => data);
}

describe("on Postgres", () => {
  test("sent fields change, omitted ones stay, null clears, and all of it is audited", async () => {
    await using app = await startTestApp();
    const { accessToken: bearer, userId, email } = await signUp(app);
    const bystander = await signUp(app, { username: "bystander" });

    const filled = await app.call("PATCH", me, { bearer, json: profile });
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/);
    const times = { created_at: timestamp, updated_at: timestamp };
    const { created_at, updated_at } = filled.json.data;
    expect(Date.parse(updated_at)).toBeGreaterThan(Date.parse(created_at));
    const expected = {
      id: userId,
      email,
      email_verified: true,
      roles: ["user"],
      ...profile,
      ...times,
    };
    expect([filled.status, filled.json.data]).toEqual([200, expected]);
    expect(filled.headers.get("cache-control")).toBe("no-store");
    expect((await app.call("GET", me, { bearer })).json.data).toEqual(expected);
    expect(await auditOf(app, filled)).toMatchObject([
      {
        action: "user.updated",
        result: "success",
        actor_kind: "user",
        user_id: userId,
        detail: { fields: Object.keys(profile) },
      },
    ]);

    const changed = await app.call("PATCH", me, { bearer, json: { metadata: { plan: "free" } } });
    expect(changed.json.data).toEqual({ ...expected, metadata: { plan: "free" } });
    const renamed = await app.call("PATCH", me, { bearer, json: { username: "ADA", name: null } });
    expect(renamed.json.data).toEqual({
      ...expected,
      username: "ADA",
      name: null,
      metadata: { plan: "free" },
    });
    const json = Object.fromEntries(Object.keys(profile).map((field) => [field, null]));
    const emptied = await app.call("PATCH", me, { bearer, json });
    expect(emptied.json.data).toEqual({ ...expected, ...nothing });
    expect((await app.call("GET", me, { bearer })).json.data).toEqual({ ...expected, ...nothing });

    const fields = Object.keys(profile);
    expect(await userUpdates(app, userId)).toEqual([
      { user_id: userId, fields },
      { user_id: userId, fields: ["metadata"] },
      { user_id: userId, fields: ["username", "name"] },
      { user_id: userId, fields },
    ]);
    expect(await userUpdates(app, bystander.userId)).toEqual([]);
    const [other] = await app.rows(`select username from users where id = '${bystander.userId}'`);
    expect(other).toEqual({ username: "bystander" });
  });
});

describe("an update", () => {
  const app = useTestApp();

  test("a language tag is kept in its canonical form", async () => {
    const { accessToken: bearer } = await signUp(app);
    for (const [given, kept] of [
      ["pt-br", "pt-BR"],
      ["ZH-hant-tw", "zh-Hant-TW"],
      ["de", "de"],
    ]) {
      const answer = await app.call("PATCH", me, { bearer, json: { locale: given } });
      expect(answer.json.data.locale).toBe(kept);
    }
  });

  test("an empty update changes nothing and is not audited", async () => {
    const { accessToken: bearer, userId } = await signUp(app);
    const [before] = await app.rows(`select updated_at from users where id = '${userId}'`);
    const answer = await app.call("PATCH", me, { bearer, json: {} });
    expect([answer.status, answer.json.data.id]).toEqual([200, userId]);
    expect(await app.rows(`select updated_at from users where id = '${userId}'`)).toEqual([
      before ?? {},
    ]);
    expect([await auditOf(app, answer), await userUpdates(app, userId)]).toEqual([[], []]);
  });

  test("the new name is in the next tokens and at every replica", async () => {
    const replica = await app.replica();
    const { accessToken: bearer, refreshToken } = await signUp(app);
    await replica.call("GET", me, { bearer });
    await app.call("PATCH", me, { bearer, json: { username: "grace" } });
    const refreshed = await app.post("/api/v1/auth/refresh", { refresh_token: refreshToken });
    expect(refreshed.json.data.user.username).toBe("grace");
    const signedIn = await app.post("/api/v1/auth/login", {
      username: "Grace",
      password: "SecurePassword123!",
    });
    expect(signedIn.status).toBe(200);
    await eventually(
      async () => (await replica.call("GET", me, { bearer })).json.data.username,
      (username) => username === "grace",
    );
  });

  // security 95
  test("only the token's user is changed, whatever user the request names", async () => {
    const { accessToken: bearer, userId } = await signUp(app);
    const victim = await signUp(app);
    const answer = await app.call("PATCH", `${me}?user_id=${victim.userId}&id=${victim.userId}`, {
      bearer,
      json: { name: "Mallory" },
      headers: { "x-user-id": victim.userId, "x-auth-user-id": victim.userId },
    });
    expect([answer.status, answer.json.data.id]).toEqual([200, userId]);
    for (const field of ["id", "user_id", "userId", "sub"]) {
      const json = { [field]: victim.userId, name: "Mallory" };
      for (const method of ["PATCH", "DELETE"]) {
        expect((await app.call(method, me, { bearer, json })).status).toBe(400);
      }
    }
    const named = await app.call("PATCH", `/api/v1/users/${victim.userId}`, {
      bearer,
      json: { name: "Mallory" },
    });
    expect(named.status).toBe(403);
    const rows = await app.rows("select id, deleted_at from users where name = 'Mallory'");
    expect(rows).toEqual([{ id: userId, deleted_at: null }]);
  });
});
