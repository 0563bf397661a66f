import { expect, setDefaultTimeout, test } from "bun:test";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

import { runGatehouse } from "../support/executable.ts";
import { createHome, createMigratedHome } from "../support/executable-home.ts";
import { goodSecret } from "../config/load.ts";

setDefaultTimeout(60_000);

test("a port that another process has is named, and a restart may succeed (exit code 1)", async () => {
  await using home = await createMigratedHome("postgres");
  using other = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: () => new Response("other") });
  const settings = { ...home.settings, PORT: String(other.port) };
  const { exitCode, stderr } = await runGatehouse([], { cwd: home.cwd, settings });
  expect([exitCode, stderr]).toEqual([
    1,
    `gatehouse: cannot listen on http://127.0.0.1:${other.port} (EADDRINUSE): another process listens there. Stop it, or set PORT to another port\n`,
  ]);
});

test("an address that this machine does not have is a wrong setting (exit code 2)", async () => {
  await using home = await createMigratedHome("postgres");
  // TEST-NET-1 (RFC 5737).
  const settings = { ...home.settings, HOST: "192.0.2.1", PORT: "0" };
  const { exitCode, stderr } = await runGatehouse([], { cwd: home.cwd, settings });
  expect([exitCode, stderr]).toEqual([
    2,
    "gatehouse: cannot listen on http://192.0.2.1:0 (EADDRNOTAVAIL): HOST is not an address of this machine\n",
  ]);
});

test("a data directory that cannot be written to is named first", async () => {
  await using home = await createHome("embedded");
  const occupied = join(home.cwd, "a-file");
  writeFileSync(occupied, "");
  const dataDir = join(occupied, "data");
  const run = (settings: Record<string, string>) =>
    runGatehouse([], { cwd: home.cwd, settings: { DATA_DIR: dataDir, PORT: "0", ...settings } });
  const withSecret = await run({ JWT_SECRET_KEY: goodSecret });
  expect([withSecret.exitCode, withSecret.stderr]).toEqual([
    1,
    `gatehouse: The data directory ${dataDir} cannot be written to (ENOTDIR). Make it writable, or name another one (DATA_DIR).\n`,
  ]);
  const withoutSecret = await run({});
  expect(withoutSecret.exitCode).toBe(2);
  expect(withoutSecret.stderr).toEndWith(
    "  DATA_DIR names a directory that cannot be written to (ENOTDIR): make it writable, or name another one\n",
  );
});
