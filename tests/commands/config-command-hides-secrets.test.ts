import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";

setDefaultTimeout(60_000);

const canary = "canary-5e1f0a9b7c3d-8a6b4c2d-long-enough";

/** The lines of `gatehouse config`, by name: the value and where it is from. */
function parse(stdout: string): Map<string, string> {
  const lines = stdout.trimEnd().split("\n");
  return new Map(
    lines.map((line) => [line.split("=")[0] ?? "", line.slice(line.indexOf("=") + 1)]),
  );
}

// security 125
test("config prints the settings in effect and their sources, and no secret", async () => {
  await using home = await createHome("embedded");
  await writeFile(join(home.cwd, "secret"), `${canary}\n`);
  const { exitCode, stdout, stderr } = await runGatehouse(["config"], {
    cwd: home.cwd,
    settings: {
      PORT: "8123",
      JWT_SECRET_KEY_FILE: "secret",
      JWT_SECRET_KEY_PREVIOUS: `${canary}-2`,
      ENCRYPTION_KEY: `${canary}-3`,
      DATABASE_URL: `postgres://ada:${canary}@db.example.com/gatehouse?options=${canary}`,
      SMTP_SERVER: "smtp.example.com",
      SMTP_FROM_EMAIL: "auth@example.com",
      SMTP_USERNAME: "ada",
      SMTP_PASSWORD: canary,
    },
  });
  expect(exitCode).toBe(0);
  expect(stdout + stderr).not.toContain(canary);
  const settings = parse(stdout);
  expect(settings.get("PORT")).toBe("8123  # environment");
  expect(settings.get("PUBLIC_URL")).toBe("http://localhost:8123  # default");
  expect(settings.get("JWT_SECRET_KEY")).toBe("[set]  # file");
  expect(settings.get("SMTP_PASSWORD")).toBe("[set]  # environment");
  expect(settings.get("DATABASE_URL")).toContain("ada:redacted@db.example.com");
});

test("config with nothing set shows the defaults, and creates no file", async () => {
  await using home = await createHome("embedded");
  const { exitCode, stdout, stderr } = await runGatehouse(["config"], { cwd: home.cwd });
  expect(exitCode).toBe(0);
  const settings = parse(stdout);
  expect(settings.get("DATA_DIR")).toBe(`${home.dataDirectory}  # default`);
  expect(settings.get("JWT_SECRET_KEY")).toBe("[set]  # generated");
  expect(settings.get("DATABASE_URL")).toBe("[unset]  # default");
  expect(stderr).toContain("gatehouse: JWT_SECRET_KEY is required in production");
  expect(await Array.fromAsync(new Bun.Glob("**/*").scan(home.cwd))).toEqual([]);
});

// The option stands before or after the command, and the process's own environment wins over the file.
test.each([[["--env-file", "settings.env", "config"]], [["config", "--env-file", "settings.env"]]])(
  "%p reads settings from the file",
  async (commandLine) => {
    await using home = await createHome("embedded");
    await writeFile(join(home.cwd, "secret"), canary);
    await writeFile(
      join(home.cwd, "settings.env"),
      "# mine\nPORT=8123\nSERVICE_NAME='from the file'\nJWT_SECRET_KEY_FILE=secret\n",
    );
    const { stdout } = await runGatehouse(commandLine, {
      cwd: home.cwd,
      settings: { SERVICE_NAME: "from the environment" },
    });
    const settings = parse(stdout);
    expect(settings.get("PORT")).toBe("8123  # env file");
    expect(settings.get("JWT_SECRET_KEY")).toBe("[set]  # file");
    expect(settings.get("SERVICE_NAME")).toBe("from the environment  # environment");
  },
);
