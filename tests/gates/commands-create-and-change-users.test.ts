import { expect, setDefaultTimeout, test } from "bun:test";

import { freshEmail, goodPassword, logIn, signUp } from "../support/journey.ts";
import { mailOfKind } from "../support/mail-of-kind.ts";
import { runCommand } from "../support/run-command.ts";
import { useTestApp } from "../support/test-app.ts";

setDefaultTimeout(60_000);

const app = useTestApp();
const run = (words: string, input = "") =>
  runCommand(app, words, { BCRYPT_COST: "4", MAIL_TRANSPORT: "file" }, input);

test("a user is invited, verified, given roles and a password", async () => {
  const email = freshEmail();
  const created = await run(`users create --email ${email} --username grace --locale de`);
  expect([created.exitCode, created.stderr]).toEqual([
    0,
    "The server mails the user a link to choose a password.\n",
  ]);
  expect(created.stdout).toStartWith(`created ${email} (`);
  await mailOfKind(app, "reset-password", email);

  const verified = await run(`users verify ${email}`);
  expect(verified.stdout).toStartWith(`verified ${email} (`);
  expect((await run(`users roles ${email} --add admin`)).stdout).toBe("user\nadmin\n");
  const listed = JSON.parse((await run(`users roles ${email} --json`)).stdout);
  expect(listed).toMatchObject({ email, roles: ["user", "admin"] });
  const unknown = await run(`users roles ${email} --add nosuch`);
  expect([unknown.exitCode, unknown.stdout]).toEqual([1, ""]);
  const conflict = await run(`users roles ${email} --set admin --add admin`);
  expect([conflict.exitCode, conflict.stdout]).toEqual([2, ""]);

  const set = await run(`users set-password ${email} --password-stdin`, `${goodPassword}\n`);
  expect(set).toMatchObject({ exitCode: 0, stderr: "" });
  expect(set.stdout).toStartWith(`set the password of ${email} (`);
  expect((await logIn(app, { email, password: goodPassword })).status).toBe(200);
  const weak = await run(`users set-password ${email} --password-stdin`, "weak\n");
  expect([weak.exitCode, weak.stderr]).toEqual([1, expect.stringContaining("at least 8")]);
  const noTerminal = await run(`users set-password ${email}`);
  expect([noTerminal.exitCode, noTerminal.stderr]).toEqual([
    2,
    "gatehouse: no terminal for the password prompt: use --password-stdin\n",
  ]);

  const wrong = await run("users create --email x@example.com --locale not_a_tag!");
  expect([wrong.exitCode, wrong.stdout]).toEqual([2, ""]);
  const taken = await run(`users create --email ${email}`);
  expect([taken.exitCode, taken.stderr]).toEqual([1, expect.stringContaining("already")]);
});

test("create-admin gives an existing account the role and keeps its password", async () => {
  const user = await signUp(app);
  const { exitCode, stdout } = await run(
    `create-admin --password-stdin --email ${user.email}`,
    "not used",
  );
  expect([exitCode, stdout]).toEqual([
    0,
    `gave ${user.email} (${user.userId}) the role admin; the password is unchanged\n`,
  ]);
  expect((await logIn(app, user)).json.data.user.roles).toEqual(["user", "admin"]);
});
