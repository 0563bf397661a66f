import { readdir } from "node:fs/promises";

import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome, createMigratedHome, type Home } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { logMessages, withoutLog } from "../support/log-lines.ts";

setDefaultTimeout(60_000);

/** With passwords that are hashed fast. */
const fast = (home: Home) => ({
  ...home,
  settings: { ...home.settings, ENVIRONMENT: "test", BCRYPT_COST: "4" },
});

const commandLine = ["create-admin", "--username", "root-of-all", "--password-stdin", "--email"];

// A gate has the embedded database: `commands-work-while-the-server-runs.test.ts`.
test("creates an account that can sign in as an admin, records it, and changes nothing the second time", async () => {
  await using home = await createHome("postgres");
  const email = freshEmail();
  const made = await runGatehouse([...commandLine, email], {
    ...fast(home),
    input: `${goodPassword}\n`,
  });
  expect([made.exitCode, withoutLog(made.stderr)]).toEqual([0, ""]);
  expect(made.stdout).toMatch(/^created (\S+) \(\S+\) with the role admin\n$/);
  expect(made.stdout).toContain(email);
  expect(logMessages(made.stderr)).toContain("database migrated");
  expect(made.stdout + made.stderr).not.toContain(goodPassword);
  // No password is needed, and so no source of one.
  const words = ["create-admin", "--username", "another-name", "--email", email];
  const again = await runGatehouse(words, { ...fast(home), input: "" });
  expect([again.exitCode, withoutLog(again.stderr)]).toEqual([0, ""]);
  expect(again.stdout).toEndWith(
    " has the role admin already; the password is unchanged, and so is the username: --username is for a new account\n",
  );
  expect(await home.rows("select email from users")).toEqual([{ email }]);
  const audit = await home.rows("select action, result, actor_kind from audit_log order by id");
  expect(audit).toEqual([{ action: "user.created", result: "success", actor_kind: "operator" }]);

  await using server = await startGatehouse(fast(home));
  const answer = await server.post("/api/v1/auth/login", { email, password: goodPassword });
  expect([answer.status, answer.json.data.user.roles]).toEqual([200, ["user", "admin"]]);
});

// security 5
test("refuses a weak password with every reason, and creates nothing", async () => {
  await using home = await createMigratedHome("postgres");
  const email = freshEmail();
  const weak = await runGatehouse([...commandLine, email], { ...home, input: "weak\n" });
  expect([weak.exitCode, withoutLog(weak.stderr).split("\n")]).toEqual([
    1,
    [
      "gatehouse: The password does not meet the requirements.",
      "  password: The password must have at least 8 characters.",
      "  password: The password must contain an upper-case letter.",
      "  password: The password must contain a digit.",
      "  password: The password must contain a character that is neither a letter nor a digit.",
      "",
    ],
  ]);
  expect(await home.rows("select email from users")).toEqual([]);
});

test("an empty password is refused", async () => {
  await using home = await createHome("postgres");
  const result = await runGatehouse([...commandLine, freshEmail()], { ...home, input: "" });
  expect(result.exitCode).toBe(1);
  const reason = "gatehouse: The password does not meet the requirements.";
  expect(withoutLog(result.stderr)).toStartWith(reason);
});

// A typing error must not wait for a database or create one.
test.each([
  [["--email", "not-an-address"], "This is not a valid e-mail address."],
  [
    ["--email", freshEmail(), "--username", "ada@home"],
    "It must be: 2 to 64 letters, digits, `.`, `_`, `-`, beginning with a letter or digit.",
  ],
  [["--email", freshEmail(), "--username", "a"], "It must be: 2 to 64 letters"],
])("%p is wrong usage", async (account, reason) => {
  await using home = await createHome("embedded");
  const { exitCode, stdout, stderr } = await runGatehouse(
    ["create-admin", "--password-stdin", ...account],
    { ...home, input: goodPassword },
  );
  expect([exitCode, stdout]).toEqual([2, ""]);
  expect(stderr).toStartWith("gatehouse: ");
  expect(stderr).toContain(reason);
  expect(await readdir(home.cwd)).toEqual([]);
});

test("wrong settings are reported before a password is asked for", async () => {
  await using home = await createHome("embedded");
  const { exitCode, stderr } = await runGatehouse(["create-admin", "--email", freshEmail()], {
    cwd: home.cwd,
    settings: { PORT: "none" },
  });
  expect([exitCode, await readdir(home.cwd)]).toEqual([2, []]);
  expect(stderr).toContain("PORT must be");
});

// The prompt's library waits endlessly for input that is no terminal.
test("without a terminal and without --password-stdin it says what to do and does not wait", async () => {
  await using home = await createMigratedHome("postgres");
  const result = await runGatehouse(["create-admin", "--email", freshEmail()], {
    ...home,
    input: `${goodPassword}\n`,
  });
  expect([result.exitCode, withoutLog(result.stderr)]).toEqual([
    2,
    "gatehouse: no terminal for the password prompt: use --password-stdin\n",
  ]);
});
