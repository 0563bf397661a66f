import { afterEach, beforeEach, expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describeSettings } from "../../src/platform/config/describe.ts";
import { keepDevelopmentSecret } from "../../src/platform/config/development-secret.ts";
import { loadSettings } from "../../src/platform/config/load-settings.ts";
import { SettingsError } from "../../src/platform/config/settings-error.ts";

let parent = "";
let directory = "";
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), "gatehouse-secret-"));
  directory = join(parent, "data");
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

function generateSecret(): string {
  return randomBytes(32).toString("base64url");
}

function problemOf(action: () => unknown): unknown {
  try {
    action();
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  throw new Error("nothing was thrown");
}

test.each(["development", "test"])(
  "a %s installation generates its secret once, readable by its owner only",
  (ENVIRONMENT) => {
    const environment = { ENVIRONMENT, DATA_DIR: directory };
    const options = { isTerminal: false, generateSecret };
    const { settings } = loadSettings(environment, options);
    expect(Buffer.from(settings.jwtSecretKey, "base64url")).toHaveLength(32);
    expect(readFileSync(join(directory, "jwt-secret"), "utf8")).toBe(settings.jwtSecretKey);
    expect(statSync(join(directory, "jwt-secret")).mode & 0o777).toBe(0o600);
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(readdirSync(directory)).toEqual(["jwt-secret"]);
    expect(loadSettings(environment, options).settings.jwtSecretKey).toBe(settings.jwtSecretKey);
    expect(describeSettings(settings, environment)).toContainEqual({
      name: "JWT_SECRET_KEY",
      value: "[set]",
      source: "generated",
    });
  },
);

test("no secret is generated for production, nor while a setting is wrong", () => {
  const options = { isTerminal: false, generateSecret };
  problemOf(() => loadSettings({ ENVIRONMENT: "production", DATA_DIR: directory }, options));
  problemOf(() => loadSettings({ PORT: "x", DATA_DIR: directory }, options));
  expect(existsSync(directory)).toBe(false);
});

test("no secret is generated where one is set", () => {
  const options = { isTerminal: false, generateSecret };
  const given = generateSecret();
  expect(
    loadSettings({ JWT_SECRET_KEY: given, DATA_DIR: directory }, options).settings.jwtSecretKey,
  ).toBe(given);
  expect(existsSync(directory)).toBe(false);
});

// The loser of a race must not sign with a secret that is not stored.
test("processes that start together end up with one secret", async () => {
  const program = `
    const { keepDevelopmentSecret } = await import("${import.meta.dirname}/../../src/platform/config/development-secret.ts");
    const { randomBytes } = await import("node:crypto");
    console.log("ready");
    await Bun.stdin.text();
    for (let round = 0; round < 50; round += 1) {
      console.log(keepDevelopmentSecret(process.argv[1] + "/" + round, () => randomBytes(32).toString("base64url")));
    }`;
  const children = Array.from({ length: 4 }, () =>
    Bun.spawn([process.execPath, "-e", program, parent], { stdin: "pipe", stdout: "pipe" }),
  );
  const outputs = children.map((child) => startReading(child.stdout));
  await Promise.all(outputs.map(({ ready }) => ready));
  for (const child of children) await child.stdin.end();
  const secrets = await Promise.all(outputs.map(({ rest }) => rest));
  expect(await Promise.all(children.map((child) => child.exited))).toEqual([0, 0, 0, 0]);
  expect(new Set(secrets[0]?.trim().split("\n")).size).toBe(50);
  expect(new Set(secrets).size).toBe(1);
});

test("the process that loses the race uses the winner's secret", () => {
  const winner = generateSecret();
  const lost = keepDevelopmentSecret(directory, () => {
    writeFileSync(join(directory, "jwt-secret"), winner);
    return generateSecret();
  });
  expect(lost).toBe(winner);
  expect(readdirSync(directory)).toEqual(["jwt-secret"]);
});

test("a damaged secret is reported, not replaced", () => {
  mkdirSync(directory);
  writeFileSync(join(directory, "jwt-secret"), "short");
  expect(problemOf(() => keepDevelopmentSecret(directory, generateSecret))).toEqual([
    { name: "JWT_SECRET_KEY", issue: expect.stringContaining("damaged") },
  ]);
  expect(readFileSync(join(directory, "jwt-secret"), "utf8")).toBe("short");
});

test.each([
  ["ENOTDIR", (path: string) => writeFileSync(path, "a file")],
  ["EISDIR", (path: string) => mkdirSync(join(path, "jwt-secret"), { recursive: true })],
])("a data directory that cannot store the secret is reported (%s)", (_, prepare) => {
  prepare(directory);
  expect(problemOf(() => keepDevelopmentSecret(directory, generateSecret))).toEqual([
    {
      name: "DATA_DIR",
      issue: expect.stringMatching(/^names a directory that cannot be written to \(E[A-Z]+\)/),
    },
  ]);
});

/** Reads a stream: `ready` once its first line is there, `rest` what follows that line up to the end. */
function startReading(stream: ReadableStream<Uint8Array>): {
  ready: Promise<void>;
  rest: Promise<string>;
} {
  const { promise: ready, resolve } = Promise.withResolvers<void>();
  const read = async (): Promise<string> => {
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of stream) {
      text += decoder.decode(chunk, { stream: true });
      if (text.includes("\n")) resolve();
    }
    resolve();
    return text.slice(text.indexOf("\n") + 1);
  };
  return { ready, rest: read() };
}
