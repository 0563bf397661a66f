import { readdirSync } from "node:fs";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { documentedVariables, startDocumentedScene } from "../support/documented-scene.ts";
import { findCommandBlocks } from "../support/fenced-commands.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(120_000);

const root = join(import.meta.dir, "../..");

interface Page {
  /** Whose token `$ACCESS_TOKEN` is. */
  readonly reader: "ada" | "admin";
  readonly settings?: Record<string, string>;
  /** What the page assumes beside users and tokens. */
  readonly before?: string;
}

/** The pages whose commands run here, each with a server of its own. */
const pages: Readonly<Record<string, Page>> = {
  "docs/accounts.md": { reader: "ada" },
  "docs/audit.md": { reader: "admin" },
  "docs/events.md": { reader: "admin" },
  "docs/forward-auth.md": { reader: "admin" },
  "docs/keys.md": { reader: "ada", settings: { JWT_ALGORITHM: "ES256" } },
  "docs/limits.md": { reader: "ada" },
  "docs/oauth2.md": { reader: "ada" },
  "docs/posts.md": { reader: "ada" },
  "docs/roles.md": { reader: "admin" },
  "docs/sessions.md": { reader: "ada" },
  "docs/users.md": {
    reader: "admin",
    before: `curl -s localhost:8000/api/v1/roles -H "authorization: Bearer $ADMIN" --json '{"name": "accountant"}'\n`,
  },
};

/** Pages that another test runs. */
const elsewhere = ["README.md", "docs/getting-started.md", "docs/moving-users.md"];

/** Pages with commands that no test runs: most are of other machines. A page leaves this list, none joins it. */
const notCovered = [
  "docs/backup.md",
  "docs/commands.md",
  "docs/deployment.md",
  "docs/development.md",
  "docs/doctor.md",
  "docs/logs.md",
  "docs/mails.md",
  "docs/openid-provider.md",
  "docs/postgres.md",
  "docs/second-factor.md",
  "docs/social-login.md",
  "docs/tracing.md",
  "docs/webhooks.md",
];

/** An id of the documentation, which stands for the user ada. */
const documentedId = "019a3e5c-7b1a-7c3d-9e4f-5a6b7c8d9e0f";

async function blocksOf(path: string) {
  return findCommandBlocks(await Bun.file(join(root, path)).text());
}

test.each(Object.entries(pages))(
  "the commands of %s work as they are written",
  async (path, page) => {
    await using scene = await startDocumentedScene(
      page.settings ? { settings: page.settings } : {},
    );
    const variables = await documentedVariables(scene, page.reader);
    const blocks = (await blocksOf(path)).filter(({ notRun }) => notRun === null);
    expect(blocks.length).toBeGreaterThan(0);
    const lines = blocks.map(({ commands }) => commands.replaceAll(documentedId, "$ID"));
    const { failed, stdout } = await scene.run(variables + (page.before ?? "") + lines.join("\n"));
    expect({ failed, output: failed.length > 0 ? stdout : "" }).toEqual({ failed: [], output: "" });
  },
);

test("getting-started, from top to bottom, says what it promises", async () => {
  await using scene = await startDocumentedScene({ isStrict: false });
  const port = String(await findSparePort());
  const here = (text: string) => text.replaceAll("3000", port);
  const blocks = await blocksOf("docs/getting-started.md");
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

// Its other commands are those of tests/binary/readme-first-steps.test.ts.
test("the commands of README.md for an operator work as they are written", async () => {
  await using scene = await startDocumentedScene();
  const blocks = (await blocksOf("README.md")).filter(
    ({ notRun, commands }) => notRun === null && !commands.includes("curl"),
  );
  const lines = blocks.flatMap(({ commands }) => commands.split("\n"));
  const commands = lines.filter((line) => /^gatehouse \w|^gatehouse --/.test(line));
  expect(commands.length).toBeGreaterThan(2);
  const { failed } = await scene.run(commands.join("\n"));
  // A development installation is not fit for production, which is what it says.
  expect(failed.filter((command) => command !== "gatehouse doctor")).toEqual([]);
});

test("each block that does not run says why, and each page with commands is known here", async () => {
  const found = ["README.md", ...readdirSync(join(root, "docs")).map((name) => `docs/${name}`)];
  const withCommands: string[] = [];
  for (const path of found.filter((name) => name.endsWith(".md"))) {
    const blocks = await blocksOf(path);
    const runnable = blocks.filter(({ notRun }) => notRun === null);
    const counts = `${path}: ${runnable.length} of ${blocks.length} blocks can run`;
    if (notCovered.includes(path)) console.info(`not covered: ${counts}`);
    if (runnable.length > 0) withCommands.push(path);
  }
  const known = [...Object.keys(pages), ...elsewhere, ...notCovered];
  expect(withCommands.filter((path) => !known.includes(path))).toEqual([]);
});
