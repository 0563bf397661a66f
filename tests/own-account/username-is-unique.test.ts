import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { useTestApp } from "../support/test-app.ts";

const racers = 10;
const me = "/api/v1/users/me";

describe("on Postgres", () => {
  const app = useTestApp();

  test("a taken username is refused in any case, and nothing of the update is applied", async () => {
    await signUp(app, { username: "taken" });
    const { accessToken: bearer, userId } = await signUp(app, { username: "own" });
    const answer = await app.call("PATCH", me, { bearer, json: { username: "TAKEN", name: "N" } });
    expect([answer.status, answer.json.error.code]).toEqual([400, "DUPLICATE_USERNAME"]);
    expect(answer.json.error.details).toEqual({ field: "username", issue: "Already taken." });
    expect(await app.rows(`select username, name from users where id = '${userId}'`)).toEqual([
      { username: "own", name: null },
    ]);
    expect(await auditOf(app, answer)).toMatchObject([
      { action: "user.updated", result: "failure", detail: { reason: "DUPLICATE_USERNAME" } },
    ]);
    const events = await app.rows(
      `select id from events where user_id = '${userId}' and type = 'user.updated'`,
    );
    expect(events).toEqual([]);
  });

  test("of ten users who want one username at once one gets it", async () => {
    const users = await Promise.all(Array.from({ length: racers }, () => signUp(app)));
    const statuses = await race(users.length, async (index) => {
      const json = { username: "wanted" };
      const bearer = users[index]?.accessToken ?? "";
      return (await app.call("PATCH", me, { bearer, json })).status;
    });
    expect(statuses.toSorted((left, right) => left - right)).toEqual([
      200,
      ...Array.from({ length: racers - 1 }, () => 400),
    ]);
    expect(
      await app.rows("select count(*)::int as n from users where username = 'wanted'"),
    ).toEqual([{ n: 1 }]);
  });
});
