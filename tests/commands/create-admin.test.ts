import { describe, expect, setDefaultTimeout, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { createHome } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";

setDefaultTimeout(60_000);

const commandLine = ["create-admin", "--username", "root-of-all", "--password-stdin", "--email"];

describe.each([...databaseKinds])("create-admin on %s", (kind) => {
  test("makes an account that signs in at once as an admin, and notes it", async () => {
    await using home = await createHome(kind);
    const email = freshEmail();
    const made = await runGatehouse([...commandLine, email], {
      ...home,
      input: `${goodPassword}\n`,
    });
    expect([made.exitCode, made.stderr]).toEqual([0, ""]);
    expect(made.stdout).toContain(`created ${email} (`);
    expect(made.stdout + made.stderr).not.toContain(goodPassword);
    const audit = await home.rows("select action, result, actor_kind from audit_log");
    expect(audit).toEqual([{ action: "user.created", result: "success", actor_kind: "operator" }]);

    await using server = await startGatehouse(home);
    const answer = await server.post("/api/v1/auth/login", { email, password: goodPassword });
    expect([answer.status, answer.json.data.user.roles]).toEqual([200, ["user", "admin"]]);
  }, 30_000);

  // security 5
  test("refuses a weak password with every reason, and a taken address, and then makes nothing", async () => {
    await using home = await createHome(kind);
    const email = freshEmail();
    const weak = await runGatehouse([...commandLine, email], { ...home, input: "weak\n" });
    expect([weak.exitCode, weak.stderr.split("\n")]).toEqual([
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

    for (const exitCode of [0, 1]) {
      const made = await runGatehouse([...commandLine, email], { ...home, input: goodPassword });
      expect(made.exitCode).toBe(exitCode);
      if (exitCode === 1) expect(made.stderr).toMatch(/^gatehouse: This .* already/);
    }
    expect(await home.rows("select email from users")).toEqual([{ email }]);
  }, 30_000);
});

test.each([
  ["not-an-address", goodPassword, "This is not a valid e-mail address."],
  [freshEmail(), "", "The password does not meet the requirements."],
])("%s with the password %p is refused", async (email, password, reason) => {
  await using home = await createHome("embedded");
  const result = await runGatehouse([...commandLine, email], { ...home, input: password });
  expect(result.exitCode).toBe(1);
  expect(result.stderr).toStartWith(`gatehouse: ${reason}`);
});

// The prompt's library waits for ever on input that is no terminal.
test("without a terminal and without --password-stdin it says what to do instead of waiting", async () => {
  await using home = await createHome("embedded");
  const result = await runGatehouse(["create-admin", "--email", freshEmail()], {
    ...home,
    input: `${goodPassword}\n`,
  });
  expect([result.exitCode, result.stderr]).toEqual([
    2,
    "gatehouse: no terminal to ask for the password: use --password-stdin\n",
  ]);
});
