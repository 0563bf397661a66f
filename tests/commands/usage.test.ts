import { describe, expect, setDefaultTimeout, test } from "bun:test";

import packageJson from "../../package.json" with { type: "json" };
import { commandsOf, fullName } from "../../src/app/cli/command-names.ts";
import { examples } from "../../src/app/cli/examples.ts";
import { inertProgram, parseWords, shellWords } from "../support/command-words.ts";
import { createHome } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";

setDefaultTimeout(60_000);

const names = commandsOf(inertProgram(() => undefined)).map(fullName);
const wordsOf = (name: string) => name.split(" ").slice(1);

/** The commands of the documentation, as they are written in its blocks. */
async function documentedLines(): Promise<[place: string, line: string][]> {
  const root = new URL("../../", import.meta.url).pathname;
  const paths = ["README.md", ...(await Array.fromAsync(new Bun.Glob("docs/*.md").scan(root)))];
  const found = await Promise.all(
    paths.toSorted().map(async (path): Promise<[string, string][]> => {
      const text = (await Bun.file(`${root}${path}`).text()).replaceAll("\\\n", " ");
      const blocks = [...text.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block = ""]) => block);
      return blocks
        .flatMap((block) => block.split("\n"))
        .filter((line) => line.startsWith("gatehouse ") && !line.includes("…"))
        .map((line) => [path, line]);
    }),
  );
  return found.flat();
}

describe("usage", () => {
  test("the executable prints its version, and exits with 2 for wrong usage and does nothing", async () => {
    await using home = await createHome("embedded");
    const version = await runGatehouse(["--version"], { cwd: home.cwd });
    expect(version).toMatchObject({ exitCode: 0, stdout: `${packageJson.version}\n`, stderr: "" });
    const wrong = await runGatehouse(["migrat"], { cwd: home.cwd });
    expect([wrong.exitCode, wrong.stdout]).toEqual([2, ""]);
    expect(wrong.stderr).toBe(
      'gatehouse: "migrat" is not a command; did you mean gatehouse migrate?\n(gatehouse --help lists the commands)\n',
    );
    const unreadable = ["--env-file", "missing.env", "config"];
    const { exitCode, stderr } = await runGatehouse(unreadable, { cwd: home.cwd });
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringContaining("--env-file names a file that cannot be read (ENOENT)"),
    ]);
    // A start of the server makes no other command.
    for (const words of [
      ["serve", "--help"],
      ["serve", "extra"],
      ["serve", "--nonsense"],
    ]) {
      const { exitCode, stdout, stderr } = await runGatehouse(words, { cwd: home.cwd });
      expect({ exitCode, stdout, stderr }).toEqual(await parseWords(words));
    }
    const left = await Array.fromAsync(new Bun.Glob("**/*").scan({ cwd: home.cwd, dot: true }));
    expect(left).toEqual([]);
  });

  test("every command of the contract exists", () => {
    const users =
      "list show create verify roles set-password disable enable delete restore reset-2fa revoke-sessions import export";
    const contract = {
      users,
      keys: "list rotate",
      clients: "create list rotate-secret delete",
      audit: "verify begin-new-chain",
      events: "status replay",
      limits: "list clear",
    };
    const nested = Object.entries(contract).flatMap(([group, verbs]) =>
      verbs.split(" ").map((verb) => `gatehouse ${group} ${verb}`),
    );
    const single =
      "serve migrate create-admin backup completion doctor config openapi healthcheck".split(" ");
    const all = [...single.map((name) => `gatehouse ${name}`), ...nested];
    expect(names).toEqual(expect.arrayContaining(all));
  });

  test("--help names every command and the meaning of exit codes", async () => {
    const { exitCode, stdout, stderr } = await parseWords(["--help"]);
    expect([exitCode, stderr]).toEqual([0, ""]);
    for (const name of names.filter((each) => each.split(" ").length === 2)) {
      expect(stdout).toMatch(new RegExp(`^  ${wordsOf(name)[0]} `, "m"));
    }
    expect(stdout).toContain("Exit codes: 0 done, 1 failed, 2 wrong usage or settings.");
    expect(stdout).toContain("--env-file <file>");
  });

  test.each(names)("%s --help describes the command, its options and examples", async (name) => {
    const { exitCode, stdout } = await parseWords([...wordsOf(name), "--help"]);
    expect(exitCode).toBe(0);
    expect(stdout).toStartWith(`Usage: ${name} `);
    expect(stdout).toContain("--env-file <file>");
    expect(stdout).toContain("\nExamples:\n  gatehouse");
    for (const [line] of examples[name] ?? []) expect(stdout).toContain(`  ${line} `);
  });

  test("every example of the help can be run", async () => {
    expect(Object.keys(examples).toSorted()).toEqual(names.toSorted());
    for (const [name, own] of Object.entries(examples)) {
      for (const [line] of own) {
        expect(line).toContain(wordsOf(name).at(-1) ?? name);
        const { exitCode, stderr } = await parseWords(shellWords(line).slice(1));
        expect([line, exitCode, stderr]).toEqual([line, 0, ""]);
      }
    }
  });

  test("every command line of the documentation can be run", async () => {
    const lines = await documentedLines();
    expect(lines.length).toBeGreaterThan(20);
    for (const [path, line] of lines) {
      const { exitCode, stderr } = await parseWords(shellWords(line).slice(1));
      expect([path, line, exitCode, stderr]).toEqual([path, line, 0, ""]);
    }
  });

  test.each([
    ["nonsense", '"nonsense" is not a command\n'],
    ["user list", '"user" is not a command; did you mean gatehouse users?'],
    ["create-amdin --email a@example.com", "did you mean gatehouse create-admin?"],
    ["create-amdin --help", "did you mean gatehouse create-admin?"],
    ["--env-file x.env healthchek", "did you mean gatehouse healthcheck?"],
    [
      "disable ada@example.com",
      '"disable" is not a command; did you mean gatehouse users disable?',
    ],
    ["prune", "did you mean gatehouse audit prune?"],
    ["users lst", "unknown command lst; did you mean list?"],
    ["users frobnicate", "unknown command frobnicate\n"],
    ["--nonsense", "unknown option --nonsense\n"],
    ["--envfile x", "unknown option --envfile; did you mean --env-file?"],
    ["serve extra", "too many arguments for 'serve'"],
    ["migrate --dryrun", "unknown option --dryrun; did you mean --dry-run?"],
    ["create-admin --emial a@example.com", "unknown option --emial; did you mean --email?"],
    ["create-admin --password-stdin", "option --email <address> is missing: the email address"],
    ["create-admin --email", "option '--email <address>' argument missing"],
    ["clients create", "option --name <name> is missing: the name of the service"],
    ["audit prune", "option --older-than <duration> is missing"],
    ["users show", "argument <user> is missing"],
    ["completion", "argument <shell> is missing"],
    ["completion tcsh", "Allowed choices are bash, zsh, fish."],
    ["--env-file", "option '--env-file <file>' argument missing"],
    ["users", "Usage: gatehouse users"],
  ])("%p exits with 2 and says what is wrong", async (line, reason) => {
    const { exitCode, stdout, stderr } = await parseWords(line.split(" "));
    expect([exitCode, stdout]).toEqual([2, ""]);
    if (line !== "users") expect(stderr).toStartWith("gatehouse: ");
    expect(stderr).toContain(reason);
  });

  test("everything that lists has --json", () => {
    const program = inertProgram(() => undefined);
    const listing = commandsOf(program).filter((command) =>
      /^(?:list|show|status|verify|config|doctor|roles)$/.test(command.name()),
    );
    for (const command of listing) {
      if (fullName(command) === "gatehouse users verify") continue;
      expect([fullName(command), command.options.some(({ long }) => long === "--json")]).toEqual([
        fullName(command),
        true,
      ]);
    }
    expect(listing.length).toBeGreaterThanOrEqual(10);
  });

  // A password among the arguments is in every list of processes. // security 125
  test("no option accepts a secret", () => {
    const options = commandsOf(inertProgram(() => undefined)).flatMap((command) => command.options);
    const withValue = options.filter(({ flags }) => flags.includes("<")).map(({ long }) => long);
    const suspicious = withValue.filter((long) => /password|secret|token$|key$/.test(long ?? ""));
    // The first names a file.
    expect(suspicious).toEqual(["--password-hashes"]);
  });
});
