import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";
import { describeWithProgram } from "../support/installed-program.ts";

setDefaultTimeout(60_000);

const cases = [
  ["users l", ["list"]],
  ["users re", ["restore", "reset-2fa", "revoke-sessions"]],
  ["users list --status de", ["deleted"]],
  ["--env-file x.env keys r", ["rotate"]],
  ["completion f", ["fish"]],
  ["audit prune --old", ["--older-than"]],
] as const;

/** The script of a shell, in a file. */
async function writeScript(shell: string, cwd: string): Promise<string> {
  const { exitCode, stdout, stderr } = await runGatehouse(["completion", shell], { cwd });
  expect([exitCode, stderr]).toEqual([0, ""]);
  const path = join(cwd, `completion.${shell}`);
  await Bun.write(path, stdout);
  return path;
}

/** Runs a program of a shell, and gives the lines that it prints. */
async function linesOf(command: string[]): Promise<string[]> {
  const { exitCode, stdout, stderr } = await Bun.$`${command}`.quiet().nothrow();
  expect([exitCode, stderr.toString()]).toEqual([0, ""]);
  const text = stdout.toString();
  return text.split("\n").filter((line) => line !== "");
}

describeWithProgram("bash", "bash", (bash) => {
  test.each(cases)("completes %p", async (line, expected) => {
    await using home = await createHome("embedded");
    const script = await writeScript("bash", home.cwd);
    const program = `source "$1"; COMP_WORDS=(gatehouse $2); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
_gatehouse; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const found = await linesOf([bash, "--norc", "-c", program, "bash", script, line]);
    expect(found.toSorted()).toEqual([...expected].toSorted());
  });
});

describeWithProgram("zsh", "zsh", (zsh) => {
  test.each(cases)("completes %p", async (line, expected) => {
    await using home = await createHome("embedded");
    const script = await writeScript("zsh", home.cwd);
    // The shell's own functions need a terminal: in their place these print what they are given.
    const program = `compdef() { : }; _files() { : }; source $1
_describe() { local each; for each in $found; do [[ $each == \${words[-1]}* ]] && print -r -- \${each%%:*}; done; true }
words=(gatehouse \${=2}); CURRENT=$#words; _gatehouse`;
    const found = await linesOf([zsh, "-f", "-c", program, "zsh", script, line]);
    expect(found.toSorted()).toEqual([...expected].toSorted());
  });
});

describeWithProgram("fish", "fish", (fish) => {
  test.each(cases)("completes %p", async (line, expected) => {
    await using home = await createHome("embedded");
    const script = await writeScript("fish", home.cwd);
    const program = `source ${script}; complete -C 'gatehouse ${line}'`;
    const found = await linesOf([fish, "--no-config", "-c", program]);
    expect(found.map((each) => each.split("\t")[0] ?? "").toSorted()).toEqual(
      [...expected].toSorted(),
    );
  });
});
