import { expect, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";

test("limits list and limits clear: an operator sees who is blocked, and admits them on a running server", async () => {
  await using home = await createHome("postgres");
  const settings = {
    ...home.settings,
    ENVIRONMENT: "test",
    BCRYPT_COST: "4",
    REQUIRE_EMAIL_VERIFICATION: "false",
    MAIL_TRANSPORT: "none",
  };
  const options = { cwd: home.cwd, settings };
  await using server = await startGatehouse(options);
  const run = (...args: string[]) => runGatehouse(args, options);
  const email = freshEmail();
  const logIn = async (password: string) =>
    (await server.call("POST", "/api/v1/auth/login", { json: { email, password } })).status;
  await server.call("POST", "/api/v1/auth/register", { json: { email, password: goodPassword } });
  for (let index = 0; index < 5; index += 1) expect(await logIn("Wrong-Password-1")).toBe(401);
  expect(await logIn(goodPassword)).toBe(429);

  const listed = await run("limits", "list", email, "--json");
  expect(listed.exitCode).toBe(0);
  const { items } = JSON.parse(listed.stdout);
  expect(items.map((item: { limit: string; points: number }) => [item.limit, item.points])).toEqual(
    [
      ["failed-sign-ins-by-account", 5],
      ["sign-in-by-account", 5],
    ],
  );
  expect((await run("limits", "list")).stdout).toContain("registration-by-address");
  expect((await run("limits", "list", "unused@example.com")).stdout).toBe("no limit has a count\n");

  for (const command of ["list", "clear"]) {
    const misspelt = await run("limits", command, "--limit", "failed-sign-in-by-account");
    expect([misspelt.exitCode, misspelt.stdout]).toEqual([2, ""]);
    expect(misspelt.stderr).toContain("failed-sign-ins-by-account");
  }
  const cleared = await run("limits", "clear", email.toUpperCase());
  expect([cleared.exitCode, cleared.stdout]).toEqual([0, "cleared 2 counts\n"]);
  expect(await logIn(goodPassword)).toBe(200);
  const audit = await home.rows(
    "select detail, actor_kind from audit_log where action = 'limits.cleared'",
  );
  expect(audit).toEqual([{ detail: { limit: null, source: email }, actor_kind: "operator" }]);
  expect((await run("limits", "clear", "--limit", "code-by-address")).stdout).toBe(
    "cleared 0 counts\n",
  );
  expect((await run("limits")).exitCode).toBe(2);
  expect((await run("limits", "list", "--max", "0")).exitCode).toBe(2);
});
