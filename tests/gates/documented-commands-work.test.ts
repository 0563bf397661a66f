import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { isSettingName } from "../../src/platform/config/unknown-names.ts";
import { parseWords, shellWords } from "../support/command-words.ts";
import { commandsNotRun, commandsRunElsewhere } from "../support/commands-not-run.ts";
import { type DocumentedPage, documentedPages } from "../support/documented-pages.ts";
import { documentedVariables, startDocumentedScene } from "../support/documented-scene.ts";
import { createHome } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";
import {
  documentationPages,
  findCommandBlocks,
  findSettingsBlocks,
  textOfPage,
} from "../support/fenced-commands.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(300_000);

/** An id of the documentation, which stands for the user ada. */
const documentedId = "019a3e5c-7b1a-7c3d-9e4f-5a6b7c8d9e0f";

/** The blocks of a page that run, as its reader types them. */
async function linesOf(path: string, page: DocumentedPage): Promise<string> {
  const blocks = (await findCommandBlocks(path)).filter(({ notRun }) => notRun === null);
  expect(blocks.length).toBeGreaterThan(0);
  const replaced = Object.entries({ [documentedId]: "$ID", ...page.replaced });
  const unused = new Set(Object.keys({ ...page.between, ...page.replaced }));
  const lines = blocks.map(({ commands }) => {
    let typed = commands;
    for (const [part, own] of replaced) {
      if (typed.includes(part)) unused.delete(part);
      typed = typed.replaceAll(part, own);
    }
    for (const [part, before] of Object.entries(page.between ?? {})) {
      if (!commands.includes(part)) continue;
      unused.delete(part);
      typed = `${before}${typed}`;
    }
    return typed;
  });
  expect([...unused]).toEqual([]);
  return lines.join("\n");
}

test.each(Object.entries(documentedPages))(
  "the commands of %s work as they are written",
  async (path, page) => {
    await using stack = new AsyncDisposableStack();
    const started = (await page.start?.(stack)) ?? {};
    const settings = { ...started.settings, ...page.settings };
    await using scene = await startDocumentedScene({ ...started, settings });
    const variables = await documentedVariables(scene, page.reader);
    const lines = await linesOf(path, page);
    const { failed, stdout, stderr } = await scene.run(variables + (page.before ?? "") + lines);
    const isRefused = (command: string) =>
      page.refused?.some((beginning) => command.startsWith(beginning)) ?? false;
    const unexpected = failed.filter((command) => !isRefused(command));
    const output = unexpected.length > 0 ? `${stdout}\n${stderr}` : "";
    expect({ unexpected, output }).toEqual({ unexpected: [], output: "" });
    expect(failed.filter(isRefused)).toHaveLength(page.refused?.length ?? 0);
  },
);

test("getting-started, from top to bottom, says what it promises", async () => {
  await using scene = await startDocumentedScene({ isStrict: false });
  const port = String(await findSparePort());
  const here = (text: string) => text.replaceAll("3000", port);
  const blocks = await findCommandBlocks("docs/getting-started.md");
  const notRun = blocks.filter((block) => block.notRun !== null);
  expect(notRun.map((block) => block.notRun)).toEqual(["it builds this repository"]);
  const servers = blocks.filter(({ isServer }) => isServer).map(({ commands }) => commands);
  expect(servers).toEqual(["gatehouse\n", "python3 hello.py\n"]);

  const second = blocks.findIndex(({ commands }) => commands === "python3 hello.py\n");
  const terminal = (from: number, to?: number) =>
    blocks
      .slice(from, to)
      .filter((block) => !block.isServer && block.notRun === null)
      .map(({ commands }) => here(commands))
      .join("echo\n");
  // One terminal: the variables of the first commands are used by the last.
  const pause = `python3 hello.py & HELLO=$!
until curl -s -o /dev/null http://localhost:${port}/; do sleep 0.1; done\n`;
  const { stdout, stderr, failed } = await scene.run(
    `${terminal(0, second)}echo\n${pause}${terminal(second)}kill $HELLO\n`,
  );
  expect(failed).toEqual([]);
  const expected = [
    '"status":"healthy"',
    '"message":"Registration successful. Please verify your email."',
    '"message":"Email verified successfully"',
    '"email":"ada@example.com"',
    "Sign in first\nHello ada@example.com\n",
    '"message":"',
    "Sign in first\n",
    "admin@example.com",
  ];
  let position = 0;
  for (const part of expected) {
    const found = stdout.indexOf(part, position);
    expect({ part, isFound: found !== -1, stdout, stderr }).toMatchObject({ part, isFound: true });
    position = found + part.length;
  }
});

// Its other commands are those of readme-first-steps.test.ts.
test("the commands of README.md for an operator work as they are written", async () => {
  await using scene = await startDocumentedScene();
  const blocks = (await findCommandBlocks("README.md")).filter(
    ({ notRun, commands }) => notRun === null && !commands.includes("curl"),
  );
  const lines = blocks.flatMap(({ commands }) => commands.split("\n"));
  const commands = lines.filter((line) => /^gatehouse \w|^gatehouse --/.test(line));
  expect(commands.length).toBeGreaterThan(2);
  const { failed } = await scene.run(commands.join("\n"));
  // A development installation is not fit for production, which is what it says.
  expect(failed.filter((command) => command !== "gatehouse doctor")).toEqual([]);
});

test("each block of commands runs here or elsewhere, or is listed with a reason", async () => {
  const pages = await documentationPages();
  const withCommands: string[] = [];
  for (const path of pages) {
    const blocks = await findCommandBlocks(path);
    if (blocks.some(({ notRun }) => notRun === null)) withCommands.push(path);
  }
  const known = [...Object.keys(documentedPages), ...Object.keys(commandsRunElsewhere)];
  expect(withCommands.toSorted()).toEqual(known.toSorted());
  expect(Object.keys(commandsNotRun).filter((path) => !pages.includes(path))).toEqual([]);
  for (const [path, file] of Object.entries(commandsRunElsewhere)) {
    expect([file, (await textOfPage(file)).includes(path.replace("docs/", ""))]).toEqual([
      file,
      true,
    ]);
  }
});

/** The commands of Gatehouse in a block, also those that a container executes. A part that is left out ends no command well. */
function gatehouseLinesOf(commands: string): string[] {
  const found = commands.matchAll(
    /(?:^|[|&;] *|exec (?:-it )?gatehouse +)(gatehouse (?!gatehouse).*)/gm,
  );
  return [...found].map(([, line = ""]) => line).filter((line) => !line.includes("…"));
}

/** What a block names that the product does not have. Addresses outside the API are compared by other tests. */
async function findUnknown(commands: string, paths: readonly RegExp[]): Promise<string[]> {
  const unknown: string[] = [];
  for (const line of gatehouseLinesOf(commands)) {
    const { exitCode, stderr } = await parseWords(shellWords(line).slice(1));
    if (exitCode !== 0) unknown.push(`${line}: ${stderr}`);
  }
  const assigned = commands.matchAll(/(?<!--build-arg )\b([A-Z]+(?:_[A-Z]+)+)=\S/g);
  const names = [...assigned].map(([, name = ""]) => name);
  unknown.push(...names.filter((name) => !isSettingName(name)));
  const addresses = [...commands.matchAll(/\/api\/v1\/[\w./$-]+/g)].map(([address]) => address);
  return [...unknown, ...addresses.filter((each) => !paths.some((path) => path.test(each)))];
}

test("the blocks that do not run have commands, settings and paths that exist", async () => {
  await using home = await createHome("embedded");
  const document = JSON.parse((await runGatehouse(["openapi"], { cwd: home.cwd })).stdout);
  const paths = Object.keys(document.paths).map(
    (path) => new RegExp(`^${path.replaceAll(/\{\w+\}/g, "[^/]+")}$`),
  );
  const faults: [string, string[]][] = [];
  for (const path of await documentationPages()) {
    for (const { notRun, commands } of await findCommandBlocks(path)) {
      // The settings of another service, which Gatehouse refuses, are the subject of that block.
      if (notRun === null || notRun.includes("refused on purpose")) continue;
      const text = commands.replaceAll("\\\n", " ").replaceAll("$API", "/api/v1");
      const unknown = await findUnknown(text, paths);
      if (unknown.length > 0) faults.push([path, unknown]);
    }
  }
  expect(faults).toEqual([]);
  expect(await findUnknown("gatehouse usrs\nJWT_SECRT=1 curl /api/v1/nothing", paths)).toHaveLength(
    3,
  );
});

test("every block of settings is accepted, and has no shell commands", async () => {
  await using home = await createHome("embedded");
  const secret = join(home.cwd, "secret");
  await Bun.write(secret, Buffer.alloc(32, "gatehouse").toString("base64"));
  let count = 0;
  for (const path of await documentationPages()) {
    for (const block of await findSettingsBlocks(path)) {
      count += 1;
      const file = join(home.cwd, "settings");
      const filled = block.replaceAll(/_FILE=.*/g, `_FILE=${secret}`).replaceAll(/…|<\w+>/g, "own");
      await Bun.write(file, filled);
      const { exitCode, stderr } = await runGatehouse(["--env-file", file, "config"], home);
      // systemd and Docker take a comment behind a value for a part of it.
      const hasNotes = /^[^#\n]+[ \t]#/m.test(block);
      expect([path, block, exitCode, stderr.includes("OIDC_"), hasNotes]).toEqual([
        path,
        block,
        0,
        false,
        false,
      ]);
    }
  }
  expect(count).toBeGreaterThan(8);
});

test("no command has an exclamation mark between double quotes, which shells at a terminal replace", async () => {
  const faults: string[] = [];
  for (const path of await documentationPages()) {
    for (const { commands } of await findCommandBlocks(path)) {
      const outside = commands.replaceAll(/'[^']*'/g, "").replaceAll(/^#.*$| # .*$/gm, "");
      if (outside.includes("!")) faults.push(`${path}: ${commands}`);
    }
  }
  expect(faults).toEqual([]);
});
