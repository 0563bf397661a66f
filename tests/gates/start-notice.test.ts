import { expect, setDefaultTimeout, test } from "bun:test";

import packageJson from "../../package.json" with { type: "json" };
import { createHome } from "../support/executable-home.ts";
import { startGatehouse } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";

setDefaultTimeout(60_000);

const goodSecret = "9f1c64e2ab07d8530e7b91f4c26ad3587be0194fd63c82a5471e90bc5d28f36a";

test("a first start prints where everything is and what is unfit for production", async () => {
  await using home = await createHome("embedded");
  await using server = await startGatehouse(home);
  const stderr = await eventually(
    () => server.output.stderr,
    (text) => text.endsWith("stops the server.\n\n"),
  );
  const port = new URL(server.url).port;
  expect(stderr).toContain(`Gatehouse ${packageJson.version}`);
  expect(stderr).toContain(`listens  http://127.0.0.1:${port}\n`);
  expect(stderr).toContain(`data     ${home.dataDirectory} (embedded Postgres)\n`);
  expect(stderr).toMatch(/mail {5}http:\/\/localhost:\d+\/dev\/mail \(files in /);
  expect(stderr).toContain(` (files in ${home.dataDirectory}/mail)\n`);
  expect(stderr).toMatch(/docs {5}http:\/\/localhost:\d+\/docs\n/);
  const [, notes = ""] = stderr.split("Not safe for production:\n");
  const names = notes.split("\n").flatMap((line) => /^ {2}- ([A-Z_]+) /.exec(line)?.[1] ?? []);
  expect(names).toEqual([
    "ENVIRONMENT",
    "JWT_SECRET_KEY",
    "PUBLIC_URL",
    "MAIL_TRANSPORT",
    "DATABASE_URL",
  ]);
  // No terminal, no colours; and it is said once, not in the log as well.
  expect(stderr).not.toContain("\u001b");
  expect(server.output.stdout).not.toContain('"level":"warn"');
});

test("lines for a reader have no colours in a pipe", async () => {
  await using home = await createHome("embedded");
  await using server = await startGatehouse({ ...home, settings: { LOG_FORMAT: "pretty" } });
  expect(await server.stop()).toBe(0);
  expect(server.output.stdout).toMatch(/INFO.*serving/);
  expect(server.output.stdout).not.toContain("\u001b");
});

// A machine reads it there.
test("in production every line is a JSON object of the log, and none of them is a secret", async () => {
  await using home = await createHome("embedded");
  await using server = await startGatehouse({
    ...home,
    settings: {
      ENVIRONMENT: "production",
      PUBLIC_URL: "https://auth.example.com",
      JWT_SECRET_KEY: goodSecret,
      MAIL_TRANSPORT: "none",
    },
  });
  expect(await server.stop()).toBe(0);
  expect(server.output.stderr).toBe("");
  const lines = server.output.stdout.trimEnd().split("\n");
  const entries: { level: string; msg: string }[] = lines.map((line) => JSON.parse(line));
  expect(
    entries.filter(({ level }) => level === "warn").map(({ msg }) => msg.split(" ")[0]),
  ).toEqual(["DATABASE_URL", "METRICS_TOKEN", "MAIL_TRANSPORT", "no"]);
  const messages = entries.map(({ msg }) => msg);
  expect(messages).toContain("no user has the role admin: create one by gatehouse create-admin");
  expect(messages).toContain("serving");
  expect(server.output.stdout).not.toContain(goodSecret);
});
