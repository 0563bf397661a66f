import { describe, expect, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { eventually } from "../support/eventually.ts";
import type { Answer } from "../support/http-call.ts";
import { freshEmail, goodPassword, logIn, mailTo, registerVerified } from "../support/journey.ts";
import { kindsOfMailTo } from "../support/own-account.ts";
import { race } from "../support/race.ts";
import { workOf } from "../support/request-work.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";
import { maskTimestamp, visibleResponse } from "../support/visible-response.ts";

const settings = { CONCEAL_ACCOUNTS: "true" };

function register(app: TestApp, email: string, more: Record<string, string> = {}): Promise<Answer> {
  return app.post("/api/v1/auth/register", { email, password: goodPassword, ...more });
}

/** All that the client can see, without what differs between any two responses. */
function appearance(answer: Answer, email: string): string {
  const id = /[\da-f]{8}-[\da-f]{4}-7[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}/;
  return visibleResponse(answer, (body) =>
    maskTimestamp(body.replaceAll(email, "<email>").replace(id, "<id>")),
  );
}

function mailKinds(app: TestApp, email: string): Promise<unknown[]> {
  return app
    .rows(
      `select payload ->> 'kind' as kind from outbox where topic = 'mail' and payload ->> 'to' = '${email}' order by id`,
    )
    .then((rows) => rows.map(({ kind }) => kind));
}

describe.each([...databaseKinds])("with CONCEAL_ACCOUNTS on %s", (database) => {
  const app = useTestApp({ database, settings });

  // part of security 14
  test("registering a taken address gets the response of a free one, and its owner gets a mail", async () => {
    const owner = await registerVerified(app);
    const free = freshEmail();
    const wish = { username: "the-same" };
    const answers = [
      [await register(app, free, wish), free],
      [await register(app, owner.email, wish), owner.email],
      // An unverified address is taken as well, in every spelling.
      [await register(app, free.replace("user-", "USER-"), wish), free],
    ] as const;
    const [first, ...others] = answers.map(([answer, email]) => appearance(answer, email));
    for (const other of others) expect(other).toBe(first ?? "");
    const ids = new Set(answers.map(([answer]) => String(answer.json.data.user_id)));
    expect(ids.size).toBe(3);
    expect(ids).not.toContain(owner.userId);

    const { kind, token, code } = await mailTo(app, owner.email, 2);
    expect([kind, token, code]).toEqual(["account-exists", "", ""]);
    // Both were queued at the same time, and arrive in any order.
    await mailTo(app, free, 2);
    expect(kindsOfMailTo(app, free).toSorted()).toEqual(["account-exists", "verify-email"]);
    const users = await app.rows(
      `select id from users where email in ('${owner.email}', '${free}')`,
    );
    expect(users).toHaveLength(2);
    const pretended = [...ids].filter((id) => !users.some((user) => user["id"] === id));
    expect(pretended).toHaveLength(2);
    expect(
      await app.rows(
        `select id from outbox where key in ('${pretended.join("','")}')
         union select id from events where user_id in ('${pretended.join("','")}')
         union select id from audit_log where user_id in ('${pretended.join("','")}')`,
      ),
    ).toEqual([]);
    expect((await logIn(app, owner)).status).toBe(200);
  });

  // The statements are the same on both: these tests run once.
  if (database === "embedded") return;

  test("other faults get the same response for both", async () => {
    const owner = await registerVerified(app);
    const faults = [{ password: "weak" }, { password_confirmation: "another" }, { username: "@" }];
    for (const fault of faults) {
      const free = freshEmail();
      const answers = [await register(app, free, fault), await register(app, owner.email, fault)];
      expect(appearance(answers[1] ?? fail(), owner.email)).toEqual(
        appearance(answers[0] ?? fail(), free),
      );
      expect(answers[0]?.status).toBe(400);
    }
    expect(await mailKinds(app, owner.email)).toEqual(["verify-email"]);
  });

  // The attack: to register an address with a password of one's own, and to see what signing in with it says.
  test("signing in does not reveal whether the registration created an account", async () => {
    const owner = await registerVerified(app, { password: "Owners-password-1" });
    const free = freshEmail();
    await register(app, free);
    await register(app, owner.email);
    const answers: unknown[] = [];
    for (const email of [free, owner.email, freshEmail()]) {
      const answer = await logIn(app, { email, password: goodPassword });
      expect([answer.status, answer.json.error.code]).toEqual([401, "INVALID_CREDENTIALS"]);
      answers.push(appearance(answer, email));
    }
    expect(answers[1]).toEqual(answers[0]);
    expect(answers[2]).toEqual(answers[0]);

    const { token } = await mailTo(app, free);
    expect((await app.post("/api/v1/auth/verify-email", { token })).status).toBe(200);
    expect((await logIn(app, { email: free, password: goodPassword })).status).toBe(200);
  });

  test("of racing registrations of one address one creates the account, and all get the same response", async () => {
    const email = freshEmail();
    const answers = await race(10, () => register(app, email));
    const [first, ...others] = answers.map((answer) => appearance(answer, email));
    expect(answers[0]?.status).toBe(201);
    for (const other of others) expect(other).toBe(first ?? "");
    expect(await app.rows(`select id from users where email = '${email}'`)).toHaveLength(1);
    const kinds = await eventually(
      () => mailKinds(app, email),
      (found) => found.length === 10,
    );
    expect(kinds.filter((kind) => kind === "verify-email")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "account-exists")).toHaveLength(9);
  });
});

// Attack: the time of the response tells whether the address is taken, because only a new password is hashed.
// part of security 14
test("registering hashes one password for a free and for a taken address", async () => {
  await using app = await startTestApp({ settings });
  const owner = await registerVerified(app);
  const works = await workOf(
    app,
    [freshEmail(), owner.email].map(
      (email) => (counted) =>
        counted.post("/api/v1/auth/register", { email, password: goodPassword }),
    ),
  );
  expect(works).toHaveLength(2);
  for (const work of works) expect(work).toMatchObject({ status: 201, hashed: 1, compared: 0 });
});

function fail(): never {
  throw new Error("no answer");
}
