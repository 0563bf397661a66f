import { describe, expect, setDefaultTimeout, test } from "bun:test";

import packageJson from "../../package.json" with { type: "json" };
import { createHome } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";

setDefaultTimeout(60_000);

const commands = ["serve", "migrate", "create-admin", "events", "healthcheck", "config", "openapi"];

async function run(...commandLine: string[]) {
  await using home = await createHome("embedded");
  const result = await runGatehouse(commandLine, { cwd: home.cwd });
  const left = await Array.fromAsync(new Bun.Glob("**/*").scan({ cwd: home.cwd, dot: true }));
  return { ...result, left };
}

describe("usage", () => {
  test.each(["--version", "-V"])("%s prints the version and nothing else", async (flag) => {
    const { exitCode, stdout, stderr } = await run(flag);
    expect([exitCode, stdout, stderr]).toEqual([0, `${packageJson.version}\n`, ""]);
  });

  test("--help names every command and the meaning of exit codes", async () => {
    const { exitCode, stdout, stderr } = await run("--help");
    expect([exitCode, stderr]).toEqual([0, ""]);
    for (const command of commands) expect(stdout).toMatch(new RegExp(`^  ${command} `, "m"));
    expect(stdout).toContain("Exit codes: 0 done, 1 failed, 2 wrong usage or settings.");
    expect(stdout).toContain("--env-file <file>");
  });

  test.each(commands)("%s --help describes the command and all its options", async (command) => {
    const { exitCode, stdout, left } = await run(command, "--help");
    expect(exitCode).toBe(0);
    expect(stdout).toStartWith(`Usage: gatehouse ${command} `);
    expect(stdout).toContain("--env-file <file>");
    expect(left).toEqual([]);
  });

  test.each([
    [["nonsense"], '"nonsense" is not a command'],
    [["migrat"], '"migrat" is not a command'],
    [["--nonsense"], "unknown option '--nonsense'"],
    [["migrate", "--dryrun"], "unknown option '--dryrun'"],
    [["create-admin", "--password-stdin"], "required option '--email <address>' not specified"],
    [["--env-file"], "option '--env-file <file>' argument missing"],
    [
      ["--env-file", "missing.env", "config"],
      "--env-file names a file that cannot be read (ENOENT)",
    ],
  ])("%p exits with 2, says why, and does nothing", async (commandLine, reason) => {
    const { exitCode, stdout, stderr, left } = await run(...commandLine);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toStartWith("gatehouse: ");
    expect(stderr).toContain(reason);
    expect(left).toEqual([]);
  });

  // A password among the arguments is in every list of processes. // security 125
  test("no option accepts a secret", async () => {
    const texts = await Promise.all(commands.map((command) => run(command, "--help")));
    const options = texts.flatMap(({ stdout }) => stdout.match(/--[a-z-]+ <[a-z]+>/g) ?? []);
    expect([...new Set(options)].toSorted()).toEqual([
      "--email <address>",
      "--env-file <file>",
      "--username <name>",
    ]);
  });
});
