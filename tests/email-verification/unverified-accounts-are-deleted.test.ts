import { describe, expect, test } from "bun:test";

import { deleteUnverifiedAccounts } from "../../src/features/email-verification/index.ts";
import { createSystemContext } from "../../src/platform/platform.ts";
import { deleteExpiredRows } from "../../src/app/jobs/retention.ts";
import { firstRetentionRun } from "../support/first-retention-run.ts";
import { freshEmail, goodPassword, registerVerified, signUp } from "../support/journey.ts";
import { race } from "../support/race.ts";
import { startTestApp, type TestApp, useTestApp } from "../support/test-app.ts";

const password = goodPassword;

/** Makes everything of a user older by so many days. */
async function age(app: TestApp, userId: string, days: number): Promise<void> {
  const ago = `now() - interval '${days} days'`;
  await app.rows(
    `update users set created_at = ${ago}, updated_at = ${ago} where id = '${userId}'`,
  );
  await app.rows(
    `update sessions set created_at = ${ago}, last_used_at = ${ago}, expires_at = ${ago} where user_id = '${userId}'`,
  );
  await app.rows(`update known_devices set last_seen_at = ${ago} where user_id = '${userId}'`);
}

async function left(app: TestApp, userId: string): Promise<number> {
  return (await app.rows(`select id from users where id = '${userId}'`)).length;
}

describe("on Postgres", () => {
  const app = useTestApp({
    settings: { REQUIRE_EMAIL_VERIFICATION: "true", UNVERIFIED_RETENTION: "30d" },
  });

  /** An account that is not verified and was never used after the registration, changed as `change` says. */
  async function unverified(change = "", username?: string) {
    const email = freshEmail();
    const answer = await app.post("/api/v1/auth/register", { email, password, username });
    const userId: string = answer.json.data.user_id;
    await age(app, userId, 31);
    if (change !== "") await app.rows(change.replaceAll("$", `'${userId}'`));
    return { userId, email };
  }

  // Attack: names and addresses are registered in quantity, so that their owners cannot have them.
  // security 165
  test("an account that was never verified is deleted, and its address and username are free", async () => {
    await firstRetentionRun(app);
    const { userId, email } = await unverified("", "squatted");
    await deleteExpiredRows(app.platform);
    expect(await left(app, userId)).toBe(0);
    expect(
      await app.rows(`select user_id from sessions where user_id = '${userId}'
        union all select user_id from mail_challenges where user_id = '${userId}'`),
    ).toEqual([]);
    expect(
      await app.rows(
        `select action, result, actor_kind, detail from audit_log where user_id = '${userId}' and action = 'user.deleted'`,
      ),
    ).toEqual([
      {
        action: "user.deleted",
        result: "success",
        actor_kind: "system",
        detail: { reason: "never_verified" },
      },
    ]);
    expect(
      await app.rows(
        `select payload -> 'data' as data from events where user_id = '${userId}' and type = 'user.deleted'`,
      ),
    ).toEqual([{ data: { user_id: userId, email } }]);
    const again = { email, password, username: "squatted" };
    expect((await app.post("/api/v1/auth/register", again)).status).toBe(201);
  });

  const kept = [
    ["is verified", "update users set email_verified_at = now() where id = $"],
    ["is younger", "update users set created_at = now() - interval '29 days' where id = $"],
    ["was changed within that time", "update users set updated_at = now() where id = $"],
    ["is disabled", "update users set disabled_at = now() where id = $"],
    ["was deleted by its user", "update users set deleted_at = now() where id = $"],
    [
      "has a session of the time when verification was off, however old",
      `insert into sessions (id, user_id, amr, refresh_token_hash, refresh_token_issued_at, created_at, last_used_at, expires_at, absolute_expires_at)
       values (gen_random_uuid(), $, '{pwd}', 'x', now(), now() - interval '40 days', now() - interval '40 days', now() - interval '29 days', now())`,
    ],
    [
      "has signed in from a device",
      "insert into known_devices values ($, 'x', now() - interval '400 days', now() - interval '400 days')",
    ],
    [
      "has an identity",
      `insert into identities (id, user_id, provider, issuer, subject, credentials_version, created_at, last_used_at)
       values (gen_random_uuid(), $, 'google', 'https://accounts.google.com', $, 1, now(), now())`,
    ],
    [
      "has a post",
      "insert into posts (user_id, post_data, visibility, created_at, updated_at) values ($, 'x', 'private', now(), now())",
    ],
    [
      "has a role that an administrator assigned",
      "insert into user_roles (user_id, role, created_at) values ($, 'admin', now())",
    ],
  ] as const;

  // security 165
  test.each(kept)("an account is kept that %s", async (_name, change) => {
    const { userId } = await unverified(change);
    await deleteExpiredRows(app.platform);
    expect(await left(app, userId)).toBe(1);
  });

  // security 165
  test("verified and active users stay signed in", async () => {
    const verified = await registerVerified(app);
    await age(app, verified.userId, 400);
    const user = await signUp(app);
    await app.rows(
      `update users set created_at = now() - interval '400 days', updated_at = now() - interval '400 days'
       where id = '${user.userId}'`,
    );
    await deleteExpiredRows(app.platform);
    expect([await left(app, verified.userId), await left(app, user.userId)]).toEqual([1, 1]);
    const me = await app.call("GET", "/api/v1/users/me", { bearer: user.accessToken });
    expect(me.status).toBe(200);
  });

  // Failure: the votes of a deleted account are deleted with it, and the post still counts them.
  test("an account is kept that has voted, and the post has as many votes as it counts", async () => {
    const { userId: author } = await registerVerified(app);
    const [post] = await app.rows(
      `insert into posts (user_id, post_data, visibility, votes, created_at, updated_at)
       values ('${author}', 'x', 'public', 1, now(), now()) returning id`,
    );
    const postId = String(post?.["id"]);
    const { userId } = await unverified(`insert into post_votes values (${postId}, $, now())`);
    await deleteExpiredRows(app.platform);
    const [counted] = await app.rows(
      `select votes, (select count(*)::int from post_votes where post_id = id) as rows from posts where id = ${postId}`,
    );
    expect([await left(app, userId), counted]).toEqual([1, { votes: 1, rows: 1 }]);
  });

  test("a process that is told to stop deletes no further account", async () => {
    const accounts = [await unverified(), await unverified(), await unverified()];
    const { signal } = new AbortController();
    let asked = 0;
    Object.defineProperty(signal, "aborted", { get: () => (asked += 1) > 1 });
    const ctx = createSystemContext(app.platform, "retention");
    expect(await deleteUnverifiedAccounts(ctx, signal)).toBe(1);
    expect(await deleteUnverifiedAccounts(ctx)).toBe(accounts.length - 1);
  });

  // security 165
  test("replicas that delete at the same time record each account once", async () => {
    const accounts = [await unverified(), await unverified(), await unverified()];
    await race(4, () => deleteExpiredRows(app.platform));
    const ids = accounts.map(({ userId }) => `'${userId}'`).join();
    expect(await app.rows(`select id from users where id in (${ids})`)).toEqual([]);
    expect(
      await app.rows(
        `select id from audit_log where user_id in (${ids}) and action = 'user.deleted'`,
      ),
    ).toHaveLength(accounts.length);
  });
});

// Bad day: an installation that requires no verification loses the accounts of its users, with their posts.
// security 165
test("without REQUIRE_EMAIL_VERIFICATION an account that was used is kept for good", async () => {
  const settings = { REQUIRE_EMAIL_VERIFICATION: "false", UNVERIFIED_RETENTION: "30d" };
  await using app = await startTestApp({ settings });
  await firstRetentionRun(app);
  const email = freshEmail();
  const answer = await app.post("/api/v1/auth/register", { email, password });
  const userId: string = answer.json.data.user_id;
  await age(app, userId, 4000);
  for (let times = 0; times < 2; times += 1) await deleteExpiredRows(app.platform);
  expect(await app.rows(`select id from sessions where user_id = '${userId}'`)).toEqual([]);
  expect((await app.post("/api/v1/auth/login", { email, password })).status).toBe(200);
});
