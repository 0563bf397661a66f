import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { createHome, type Home } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";

setDefaultTimeout(60_000);

/** Runs what follows with a stream, by its number, that goes to a disk which is full. */
function onFullDisk(stream: 1 | 2): string[] {
  return ["/bin/bash", "-c", `exec "$@" ${stream}>/dev/full`, "bash"];
}

let home: Home;

/** Runs a command; what it says of settings that are not fit for production is left out. */
async function run(commandLine: readonly string[], wrapper: readonly string[] = []) {
  const { cwd } = home;
  const settings = { ...home.settings, LOG_LEVEL: "warn" };
  const input = goodPassword;
  const result = await runGatehouse(commandLine, { cwd, settings, input, wrapper });
  const lines = result.stderr.split("\n").filter((line) => !/production|embedded|MAIL/.test(line));
  return { ...result, stderr: lines.join("\n") };
}

beforeAll(async () => {
  home = await createHome("postgres");
  const made = await run(["create-admin", "--password-stdin", "--email", freshEmail()]);
  expect(made.exitCode).toBe(0);
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
});

// A backup that looks as if it had worked, but for a stack trace or for nothing at all.
test.each([
  [["users", "export"]],
  [["users", "list", "--json"]],
  [["users", "--help"]],
  [["clients", "create", "--name", "x"]],
  [["keys", "list"]],
  [["audit", "verify"]],
  [["events", "status"]],
  [["migrate", "--dry-run"]],
  [["create-admin", "--password-stdin", "--email", freshEmail()]],
  [["config"]],
  [["openapi"]],
  [["--help"]],
  [["--version"]],
])("%p exits with 1 and one line when its output cannot be written", async (commandLine) => {
  const { exitCode, stderr } = await run(commandLine, onFullDisk(1));
  expect(stderr.replace("The secret is not stored and cannot be shown again.\n", "")).toBe(
    "gatehouse: the output cannot be written (ENOSPC)\n",
  );
  expect(exitCode).toBe(1);
});

test("a failing command keeps its exit code when its error cannot be written", async () => {
  for (const stream of [1, 2] as const) {
    expect((await run(["nonsense"], onFullDisk(stream))).exitCode).toBe(2);
  }
  expect((await run(["users", "show", freshEmail()], onFullDisk(2))).exitCode).toBe(1);
});
