import { beforeAll, expect, test } from "bun:test";

import { encodeCursor } from "../../src/kernel/cursor.ts";
import { signInAdmin } from "../support/admin.ts";
import { freshEmail, logIn, type SignedInUser, signUp } from "../support/journey.ts";
import { mailThatSays } from "../support/mail-of-kind.ts";
import { runCommand } from "../support/run-command.ts";
import { signUpWithFactor } from "../support/second-factor.ts";
import { statusOfMe } from "../support/session-calls.ts";
import { useTestApp } from "../support/test-app.ts";

const app = useTestApp();
let admin: SignedInUser;

beforeAll(async () => {
  admin = await signInAdmin(app);
});

const run = (words: string) => runCommand(app, `users ${words}`);

test("accounts are listed and shown as text and as JSON", async () => {
  const user = await signUp(app, { username: "lister", name: "Lister" });
  const { stdout, exitCode } = await run("list --query liste");
  const [heading = "", row = "", ...rest] = stdout.trimEnd().split("\n");
  expect([exitCode, rest]).toEqual([0, []]);
  expect(heading.split(/ {2,}/).slice(0, 3)).toEqual(["ID", "EMAIL", "VERIFIED"]);
  expect(row.split(/ {2,}/).slice(0, 7)).toEqual([
    user.userId,
    user.email,
    "yes",
    "lister",
    "Lister",
    "active",
    "user",
  ]);
  const inJson = JSON.parse((await run("list --query liste --json")).stdout);
  const shown = JSON.parse((await run(`show ${user.email.toUpperCase()} --json`)).stdout);
  expect(inJson).toEqual({ items: [shown], next_cursor: null });
  const answer = await app.call("GET", `/api/v1/users/${user.userId}`, {
    bearer: admin.accessToken,
  });
  expect(shown).toEqual(answer.json.data);
  const page = await run(`show ${user.userId.toUpperCase()}`);
  expect(page.stdout).toMatch(/^email +user-/m);
  expect(page.stdout).not.toMatch(/hash|\$2/);
  expect(await run("list --role unknown-role")).toMatchObject({
    exitCode: 1,
    stdout: "",
    stderr: 'gatehouse: there is no role "unknown-role"\n',
  });
  expect((await run("list --role user --limit 1 --query unknown-person")).stdout).toBe(
    "no accounts found\n",
  );
  expect((await run("list --role admin")).stdout).toContain(admin.email);
});

test("a long list continues at its cursor", async () => {
  await signUp(app);
  await signUp(app);
  const first = await run("list --limit 1");
  const cursor = /--cursor (\S+)\n$/.exec(first.stderr)?.[1] ?? "";
  const second = await run(`list --limit 1 --cursor ${cursor}`);
  const idOf = ({ stdout }: { stdout: string }) => stdout.split("\n")[1]?.split(" ")[0];
  expect([first.exitCode, second.exitCode]).toEqual([0, 0]);
  expect(idOf(first)).not.toBe(idOf(second));
});

test("an account is disabled, enabled, deleted and restored; the running server applies it", async () => {
  const user = await signUp(app);
  const did = (verb: string) => ({
    exitCode: 0,
    stdout: `${verb} ${user.email} (${user.userId})\n`,
  });
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
  expect(await run(`revoke-sessions ${user.email}`)).toMatchObject(did("ended 1 sessions of"));
  expect(await statusOfMe(app, user.accessToken)).toBe(401);
  expect(await run(`disable ${user.email}`)).toMatchObject(did("disabled"));
  expect((await logIn(app, user)).status).toBe(401);
  expect((await run("list --status disabled")).stdout).toContain(user.email);
  expect(await run(`enable ${user.userId}`)).toMatchObject(did("enabled"));
  expect((await logIn(app, user)).status).toBe(200);
  expect(await run(`delete ${user.email}`)).toMatchObject(did("deleted"));
  expect((await logIn(app, user)).status).toBe(401);
  expect((await run(`show ${user.email}`)).stdout).toMatch(/^status +deleted$/m);
  expect(await run(`restore ${user.email}`)).toMatchObject(did("restored"));
  expect((await logIn(app, user)).status).toBe(200);
  const rows = await app.rows(
    `select action, actor_kind, user_agent from audit_log
     where user_id = '${user.userId}' and actor_kind = 'operator' order by id`,
  );
  expect(rows.map(({ action, user_agent: agent }) => [action, agent])).toEqual([
    ["session.revoked", "gatehouse users revoke-sessions"],
    ["user.disabled", "gatehouse users disable"],
    ["user.enabled", "gatehouse users enable"],
    ["user.deleted", "gatehouse users delete"],
    ["user.restored", "gatehouse users restore"],
  ]);
});

// Bad day: a restored backup has sessions that were ended since.
test("the sessions of all users end, those of browsers too, and the running server applies it", async () => {
  const users = [await signUp(app), await signUp(app)];
  const [withBrowser] = users;
  await app.rows(
    `update sessions set browser_token_hash = 'hash of a browser' where user_id = '${withBrowser?.userId}'`,
  );
  for (const { accessToken } of users) expect(await statusOfMe(app, accessToken)).toBe(200);
  const { exitCode, stdout } = await run("revoke-sessions --all");
  expect([exitCode, stdout]).toEqual([
    0,
    expect.stringMatching(/^ended \d+ sessions of \d+ users\n$/),
  ]);
  for (const { accessToken } of users) expect(await statusOfMe(app, accessToken)).toBe(401);
  expect(await app.rows("select id from sessions where ended_at is null")).toEqual([]);
  const recorded = await app.rows(
    `select user_id from audit_log where action = 'session.revoked' and actor_kind = 'operator'
     and user_agent = 'gatehouse users revoke-sessions'`,
  );
  const recordedUsers = recorded.map(({ user_id: id }) => id);
  expect(recordedUsers).toEqual(expect.arrayContaining(users.map(({ userId }) => userId)));
  expect(await run("revoke-sessions --all")).toMatchObject({
    stdout: "ended 0 sessions of 0 users\n",
  });
  admin = { ...admin, accessToken: (await logIn(app, admin)).json.data.access_token };
});

test("the second factor of a user who has lost it is turned off", async () => {
  const user = await signUpWithFactor(app);
  expect(await run(`reset-2fa ${user.email}`)).toMatchObject({
    exitCode: 0,
    stdout: `turned off the two-factor authentication of ${user.email} (${user.userId})\n`,
  });
  expect(await statusOfMe(app, user.accessToken)).toBe(401);
  expect((await logIn(app, user)).status).toBe(200);
  const rows = await app.rows(
    `select actor_kind, user_agent, detail from audit_log
     where user_id = '${user.userId}' and action = 'user.mfa_disabled'`,
  );
  expect(rows).toEqual([
    {
      actor_kind: "operator",
      user_agent: "gatehouse users reset-2fa",
      detail: { by: "administrator" },
    },
  ]);
  const words = "An administrator turned two-factor authentication off";
  await mailThatSays(app, "mfa-changed", user.email, words);
  const again = await run(`reset-2fa ${user.email}`);
  expect([again.exitCode, again.stdout]).toEqual([1, ""]);
  expect(again.stderr).toContain("The user has no second factor.");
});

test("a failure exits with 1, and wrong usage with 2", async () => {
  const user = await signUp(app);
  for (const [words, exitCode, reason] of [
    [`disable ${freshEmail()}`, 1, "There is no such user."],
    [`show ${Bun.randomUUIDv7()}`, 1, "There is no such user."],
    [`enable ${Bun.randomUUIDv7()}`, 1, "There is no such user."],
    [`disable ${admin.email}`, 1, "There must be an admin left"],
    [`delete ${admin.userId}`, 1, "There must be an admin left"],
    [`restore ${user.email}`, 1, "the user is not deleted"],
    ["disable unknown", 2, "This is not a valid e-mail address."],
    ["disable", 2, "argument <user> is missing"],
    ["revoke-sessions", 2, "give a user, or --all"],
    [`revoke-sessions ${user.email} --all`, 2, "give a user, or --all"],
    ["show a@example.com b@example.com", 2, "too many arguments"],
    ["list --status alive", 2, "Allowed choices are"],
    ["list --limit 0", 2, "from 1 to 1000"],
    ["list --limit all", 2, "from 1 to 1000"],
    ["list --cursor nonsense", 2, "It must be a cursor that this command printed."],
    [`list --cursor ${encodeCursor("roles", "x")}`, 2, "It must be a cursor"],
    ["rename a@example.com", 2, "unknown command rename"],
  ] as const) {
    const result = await run(words);
    expect([words, result.exitCode, result.stdout]).toEqual([words, exitCode, ""]);
    expect(result.stderr).toContain(reason);
  }
  expect(await statusOfMe(app, user.accessToken)).toBe(200);
});
