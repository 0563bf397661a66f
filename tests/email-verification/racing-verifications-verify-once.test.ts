import { beforeAll, describe, expect, test } from "bun:test";

import { findChallenge } from "../../src/features/email-challenges/index.ts";
import { untilBackgroundWorkIsDone } from "../support/background-work.ts";
import { anonymousAt } from "../support/challenges.ts";
import { databaseKinds } from "../support/databases.ts";
import { freshEmail, goodPassword, mailTo } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { type TestApp, useTestApp } from "../support/test-app.ts";

const racers = 20;

describe.each([...databaseKinds])("20 at once, on %s", (database) => {
  const app = useTestApp({ database });
  let replicas: readonly TestApp[];

  beforeAll(async () => {
    replicas = database === "postgres" ? [app, await app.replica()] : [app];
  });

  async function newcomer() {
    const email = freshEmail();
    const answer = await app.post("/api/v1/auth/register", { email, password: goodPassword });
    return { email, userId: String(answer.json.data.user_id), mail: await mailTo(app, email) };
  }

  /** The statuses of a body posted by all racers together, each status with its count. */
  async function raceWith(bodies: readonly { path: string; json: unknown }[]) {
    const statuses = await race(racers, async (index) => {
      const replica = replicas[index % replicas.length] ?? app;
      const { path, json } = bodies[index % bodies.length] ?? { path: "", json: {} };
      return (await replica.post(`/api/v1/auth/${path}`, json)).status;
    });
    return statuses.toSorted((left, right) => left - right);
  }

  async function expectVerifiedOnce(userId: string): Promise<void> {
    const [user] = await app.rows(`select email_verified_at from users where id = '${userId}'`);
    expect(user?.["email_verified_at"]).not.toBeNull();
    const audit = await app.rows(
      `select id from audit_log where user_id = '${userId}' and action = 'user.email_verified' and result = 'success'`,
    );
    const events = await app.rows(
      `select id from events where user_id = '${userId}' and type = 'user.email_verified'`,
    );
    expect([audit.length, events.length]).toEqual([1, 1]);
  }

  const oneWinner = [200, ...Array.from({ length: racers - 1 }, () => 401)];

  // security 56, 128
  test("with the right link: one verifies", async () => {
    const { userId, mail } = await newcomer();
    const { token } = mail;
    expect(await raceWith([{ path: "verify-email", json: { token } }])).toEqual(oneWinner);
    await expectVerifiedOnce(userId);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  // security 56
  test("with the right code: one verifies", async () => {
    const { userId, email, mail } = await newcomer();
    const json = { email, code: mail.code };
    expect(await raceWith([{ path: "verify", json }])).toEqual(oneWinner);
    await expectVerifiedOnce(userId);
  });

  // Bad day: the user types the code on one device while the link is open on another.
  // security 56
  test("with link and code: one verifies", async () => {
    const { userId, email, mail } = await newcomer();
    const bodies = [
      { path: "verify-email", json: { token: mail.token } },
      { path: "verify", json: { email, code: mail.code } },
    ];
    expect(await raceWith(bodies)).toEqual(oneWinner);
    await expectVerifiedOnce(userId);
  });

  // Bad day: an impatient user presses "send again" many times, and then the button of each mail.
  // security 154
  test("asking for mails: all get a response, each mailed link is active, and one verifies", async () => {
    const { email } = await newcomer();
    const statuses = await raceWith([{ path: "resend-verification", json: { email } }]);
    expect(statuses).toEqual(Array.from({ length: racers }, () => 202));
    await untilBackgroundWorkIsDone(app);
    const mails = app.mailer.sent.filter(({ message }) => message.to.address === email);
    expect(mails.length).toBeGreaterThan(1);
    const tokens = mails.map(({ message }) => /token=([\w-]+)/.exec(message.text)?.[1] ?? "");
    for (const token of tokens) {
      const found = await findChallenge(anonymousAt(app), "verify-email", token);
      expect(found?.state).toBe("active");
    }
    const results = await Promise.all(
      tokens.map(async (token) => (await app.post("/api/v1/auth/verify-email", { token })).status),
    );
    expect(results.filter((status) => status === 200)).toHaveLength(1);
  });

  // Attack: accounts are created that take the wanted username again and again, while its user verifies the address.
  test("a username that is taken at every try ends the request, and the link stays valid", async () => {
    const { userId, mail } = await newcomer();
    await app.rows("create sequence tries");
    await app.rows(`create function take() returns trigger language plpgsql as $$ begin
      perform nextval('tries');
      raise exception using errcode = '23505', constraint = 'users_username_unique';
    end $$`);
    await app.rows(
      "create trigger take before update on users for each row execute function take()",
    );
    const { token } = mail;
    const answer = await app.post("/api/v1/auth/verify-email", { token });
    await app.rows("drop trigger take on users");
    expect([answer.status, answer.json.error.code]).toEqual([503, "UNAVAILABLE"]);
    expect(await app.rows("select last_value::int as tries from tries")).toEqual([{ tries: 3 }]);
    expect((await app.post("/api/v1/auth/verify-email", { token })).status).toBe(200);
    await expectVerifiedOnce(userId);
  });
});
