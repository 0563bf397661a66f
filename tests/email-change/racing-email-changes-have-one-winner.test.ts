import { eventsOf } from "../support/events.ts";
import { describe, expect, test } from "bun:test";

import { auditOf } from "../support/audit-rows.ts";
import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword, mailTo, signUp } from "../support/journey.ts";
import { askForEmail, confirmEmail, mailedChange } from "../support/own-account.ts";
import { race } from "../support/race.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

describe.each([...databaseKinds])("on %s", (database) => {
  const app = useTestApp({ database });

  // security 70: the race
  test("of ten users who confirm one address at once one gets it, and the others are unchanged", async () => {
    const email = freshEmail();
    const users = await Promise.all(Array.from({ length: 10 }, () => signUp(app)));
    const tokens: string[] = [];
    for (const user of users) {
      await askForEmail(app, user, email);
      tokens.push((await mailTo(app, email, tokens.length + 1)).token);
    }
    const answers = await race(tokens.length, (index) => confirmEmail(app, tokens[index] ?? ""));
    const statuses = answers.map(({ status }) => status);
    expect(statuses.toSorted((left, right) => left - right)).toEqual([
      200,
      ...Array.from({ length: 9 }, () => 409),
    ]);
    const winner = users[statuses.indexOf(200)];
    const owners = await app.rows(`select id from users where email = '${email}'`);
    expect(owners).toEqual([{ id: winner?.userId }]);
    const loser = statuses.indexOf(409);
    expect(answers[loser]?.json.error.code).toBe("CONFLICT");
    expect(await statusOfMe(app, users[loser]?.accessToken ?? "")).toBe(200);
    const refused = answers[loser];
    expect(refused && (await auditOf(app, refused))).toMatchObject([
      {
        action: "user.email_changed",
        result: "failure",
        user_id: users[loser]?.userId,
        detail: { reason: "CONFLICT" },
      },
    ]);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 56: the link of a change
  test("of twenty concurrent uses of one link one changes the address, and one notice is sent", async () => {
    const user = await signUp(app);
    const { email, token } = await mailedChange(app, user);
    const statuses = await race(20, async () => (await confirmEmail(app, token)).status);
    expect(statuses.toSorted((left, right) => left - right)).toEqual([
      200,
      ...Array.from({ length: 19 }, () => 401),
    ]);
    const rows = await app.rows(
      `select topic from outbox where key = '${user.userId}'
       and payload->'facts'->>'stage' = 'changed'`,
    );
    expect(rows).toEqual([{ topic: "mail" }]);
    expect(await eventsOf(app, user.userId, "user.email_changed")).toHaveLength(1);
    expect(await app.rows(`select email from users where id = '${user.userId}'`)).toEqual([
      { email },
    ]);
  });

  test("an address that was registered meanwhile stays with its new user", async () => {
    const user = await signUp(app);
    const { email, token } = await mailedChange(app, user);
    const registered = await app.post("/api/v1/auth/register", { email, password: goodPassword });
    expect(registered.status).toBe(201);
    const answer = await confirmEmail(app, token);
    expect([answer.status, answer.json.error.code]).toEqual([409, "CONFLICT"]);
    expect(answer.text).not.toContain(email);
    expect(await statusOfMe(app, user.accessToken)).toBe(200);
  });
});
