import { expect, setDefaultTimeout } from "bun:test";
import { rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";

import { freeBytesOf, keepReserve } from "../../src/platform/db/disk-reserve.ts";
import { testConfined } from "../support/confinement.ts";
import { eventually } from "../support/eventually.ts";
import { createHome, type Home } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";
import { goodPassword } from "../support/journey.ts";

setDefaultTimeout(60_000);

const settings = {
  ENVIRONMENT: "test",
  BCRYPT_COST: "4",
  REQUIRE_EMAIL_VERIFICATION: "false",
  JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
  MAIL_TRANSPORT: "none",
};
const account = { email: "a@example.com", password: goodPassword };

function run(command: string[]): void {
  const { exitCode, stderr } = Bun.spawnSync(command);
  if (exitCode !== 0) throw new Error(stderr.toString());
}

/** Fills the file system until not a byte is left. */
async function fill(home: Home): Promise<string> {
  const filler = join(home.cwd, "filler");
  await writeFile(filler, new Uint8Array(freeBytesOf(home.cwd)));
  expect(freeBytesOf(home.cwd)).toBe(0);
  return filler;
}

// Seen: pg_wal could not be extended, and every start after that was refused.
// security 143
// security 150
testConfined(
  "the embedded database starts again on a full disk, serves reads, and its audit log can be pruned",
  async () => {
    await using home = await createHome("embedded");
    run(["mount", "-t", "tmpfs", "-o", "size=50m", "tmpfs", home.cwd]);
    try {
      const options = { cwd: home.cwd, settings };
      let bearer = "";
      {
        await using server = await startGatehouse(options);
        const registered = await server.post("/api/v1/auth/register", account);
        expect(registered.status).toBe(201);
        bearer = registered.json.data.access_token;
        // Only sealed rows can be pruned.
        await eventually(
          () => server.output.stdout,
          (log) => log.includes("audit log sealed"),
        );
        // A server does this half a minute after its start.
        await keepReserve(home.dataDirectory, freeBytesOf(home.dataDirectory));
        expect((await stat(join(home.dataDirectory, "disk-reserve"))).size).toBe(4 * 1024 * 1024);
        const filler = await fill(home);
        server.signal("SIGKILL");
        await server.exited;
        await rm(filler);
      }
      const filler = await fill(home);
      {
        await using server = await startGatehouse(options);
        const ready = await server.call("GET", "/health/ready");
        expect([ready.status, ready.json.writes]).toEqual([200, "refused"]);
        expect((await server.call("GET", "/api/v1/users/me", { bearer })).status).toBe(200);
        const login = await server.post("/api/v1/auth/login", account);
        expect([login.status, login.headers.get("retry-after")]).toEqual([503, "30"]);
        expect(await server.stop()).toBe(0);
      }
      const prune = await runGatehouse(["audit", "prune", "--older-than", "0s"], options);
      expect([prune.exitCode, prune.stdout]).toEqual([
        0,
        expect.stringMatching(/^Rows deleted: [1-9]/),
      ]);
      const verify = await runGatehouse(["audit", "verify"], options);
      expect([verify.exitCode, verify.stdout]).toEqual([0, expect.stringContaining("is intact")]);
      await rm(filler);
      await using server = await startGatehouse(options);
      expect((await server.post("/api/v1/auth/login", account)).status).toBe(200);
    } finally {
      run(["umount", "--lazy", home.cwd]);
    }
  },
);

// A supervisor starts another process only when this one has ended.
// part of security 150
testConfined("a start for which there is no space ends with exit code 1", async () => {
  await using home = await createHome("embedded");
  run(["mount", "-t", "tmpfs", "-o", "size=5m", "tmpfs", home.cwd]);
  try {
    const { exitCode, stderr } = await runGatehouse([], { cwd: home.cwd, settings });
    expect([exitCode, stderr]).toEqual([1, expect.stringMatching(/^gatehouse: /)]);
  } finally {
    run(["umount", "--lazy", home.cwd]);
  }
});
