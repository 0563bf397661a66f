import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";

import { eventually } from "../support/eventually.ts";
import { executablePath, runGatehouse } from "../support/executable.ts";
import { createMigratedHome, type Home } from "../support/executable-home.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { inheritedEngineOptions } from "../support/short-lived-process.ts";

setDefaultTimeout(120_000);

const controlC = "\x03";
const controlD = "\x04";
const backspace = "\x7f";

let home: Home;

beforeAll(async () => {
  home = await createMigratedHome("embedded");
});

afterAll(async () => {
  await home[Symbol.asyncDispose]();
});

interface Answer {
  /** What the terminal shows before the keys are pressed. */
  readonly after: string;
  readonly keys: string;
}

const passwordIs = (keys: string): Answer => ({ after: "Password: ", keys });
const repeatedIs = (keys: string): Answer => ({ after: "Repeat the password: ", keys });

/** The columns of a terminal, of which a serial console has 0, and the lines that a command shows. */
interface Shown {
  readonly columns?: number;
  readonly lines?: number;
}

/** Runs a command on a terminal until it has ended, and by default one line more than there are answers is shown. */
async function onTerminal(
  command: readonly string[],
  answers: readonly Answer[],
  { columns = 80, lines = answers.length + 1 }: Shown = {},
): Promise<{ exitCode: number; shown: string }> {
  let shown = "";
  const decoder = new TextDecoder();
  await using terminal = new Bun.Terminal({
    cols: columns,
    data: (_terminal, data) => {
      shown += decoder.decode(data, { stream: true });
    },
  });
  const child = Bun.spawn([...command], {
    cwd: home.cwd,
    env: { ...inheritedEngineOptions(), PATH: process.env["PATH"] },
    terminal,
  });
  for (const { after, keys } of answers) {
    const isAsked = (text: string) => text.endsWith(after) || child.exitCode !== null;
    await eventually(() => shown, isAsked, 60);
    terminal.write(keys);
  }
  const exitCode = await child.exited;
  await eventually(
    () => shown,
    (text) => text.split("\n").length > lines,
  );
  return { exitCode, shown: shown.replaceAll("\r\n", "\n") };
}

const createAdmin = (email: string) => [executablePath, "create-admin", "--email", email];
const setPassword = (email: string) => [executablePath, "users", "set-password", email];

test.each([80, 0])(
  "on a terminal of %d columns the password is asked for twice and never shown",
  async (columns) => {
    const email = freshEmail();
    const answers = [passwordIs(`x${backspace}${goodPassword}\r`), repeatedIs(`${goodPassword}\r`)];
    const { exitCode, shown } = await onTerminal(createAdmin(email), answers, { columns });
    const lines = shown.split("\n");
    expect(lines.slice(0, 2)).toEqual(["Password: ", "Repeat the password: "]);
    expect(lines[2]).toStartWith(`created ${email} (`);
    expect([exitCode, lines.length]).toEqual([0, 4]);
  },
);

test("both entries may be pasted at once", async () => {
  const email = freshEmail();
  const pasted = [passwordIs(`${goodPassword}\r${goodPassword}\r`)];
  const { exitCode, shown } = await onTerminal(createAdmin(email), pasted, { lines: 3 });
  expect(shown).toContain(`created ${email} (`);
  expect([exitCode, shown.includes(goodPassword)]).toEqual([0, false]);
});

test("the question is shown while the output goes into a file", async () => {
  const shell = ["sh", "-c", `"$@" > output`, "sh", ...createAdmin(freshEmail())];
  const answers = [passwordIs(`${goodPassword}\r`), repeatedIs(`${goodPassword}\r`)];
  const { exitCode, shown } = await onTerminal(shell, answers, { lines: 2 });
  expect({ exitCode, shown }).toEqual({
    exitCode: 0,
    shown: "Password: \nRepeat the password: \n",
  });
  expect(await Bun.file(`${home.cwd}/output`).text()).toStartWith("created ");
});

test.each([
  ["two different entries", [passwordIs(`${goodPassword}\r`), repeatedIs("Other1!\r")], 2],
  ["Ctrl-C", [passwordIs(controlC)], 130],
  ["Ctrl-C after some keys", [passwordIs(`abc${controlC}`)], 130],
  ["Ctrl-C at the repetition", [passwordIs(`${goodPassword}\r`), repeatedIs(controlC)], 130],
  ["Ctrl-D", [passwordIs(controlD)], 130],
])("%s change nothing, with one plain line", async (_name, answers, exitCode) => {
  const email = freshEmail();
  const questions = answers.map(({ after }) => `${after}\n`).join("");
  const reason = exitCode === 2 ? "the passwords do not match" : "cancelled";
  expect(await onTerminal(createAdmin(email), answers)).toEqual({
    exitCode,
    shown: `${questions}gatehouse: ${reason}\n`,
  });
  const { exitCode: shows } = await runGatehouse(["users", "show", email], home);
  expect(shows).toBe(1);
});

test("a new password of a user is asked for in the same way", async () => {
  const email = freshEmail();
  const input = goodPassword;
  await runGatehouse(["create-admin", "--email", email, "--password-stdin"], { ...home, input });
  const other = `${goodPassword}2`;
  const answers = [passwordIs(`${other}\r`), repeatedIs(`${other}\r`)];
  const { exitCode, shown } = await onTerminal(setPassword(email), answers);
  expect(shown).toStartWith("Password: \nRepeat the password: \n");
  expect([exitCode, shown.includes(other)]).toEqual([0, false]);
});
