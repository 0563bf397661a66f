import { chmod, mkdir, symlink } from "node:fs/promises";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { outputOf } from "../support/child-output.ts";
import { createDebianPostgres, findDebianPostgres } from "../support/debian-postgres.ts";
import { createMigratedHome } from "../support/executable-home.ts";
import { executablePath } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";
import { findCommandBlocks } from "../support/fenced-commands.ts";
import { callServer } from "../support/http-call.ts";
import { describeWhere } from "../support/installed-program.ts";
import { goodPassword } from "../support/journey.ts";
import { inheritedEngineOptions } from "../support/short-lived-process.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(300_000);

/** Starts and stops the server as systemd does: `start` returns once it serves, `stop` once it has ended. */
const systemctl = `#!/bin/sh
case "$1" in
start)
  setsid gatehouse > "$HOME/log" 2>&1 < /dev/null &
  echo $! > "$HOME/pid"
  until gatehouse healthcheck > /dev/null 2>&1 || ! kill -0 "$(cat "$HOME/pid")"; do sleep 0.2; done ;;
stop)
  kill "$(cat "$HOME/pid")"
  while kill -0 "$(cat "$HOME/pid")" 2> /dev/null; do sleep 0.1; done
  rm "$HOME/pid" ;;
esac
`;

/** The block of the page that has these words. */
async function blockWith(words: string): Promise<string> {
  const blocks = await findCommandBlocks("docs/backup.md");
  const [found, ...others] = blocks.filter(({ commands }) => commands.includes(words));
  expect([words, others]).toEqual([words, []]);
  return found?.commands ?? "false";
}

const found = await findDebianPostgres();

describeWhere("the commands of docs/backup.md", found, (programs) => {
  test("back up, restore, and move to Postgres without a loss", async () => {
    await using stack = new AsyncDisposableStack();
    const home = stack.use(await createMigratedHome("embedded"));
    const [bin, port] = [join(home.cwd, "bin"), String(await findSparePort())];
    await mkdir(bin);
    await mkdir(join(home.cwd, "backups"));
    await symlink(executablePath, join(bin, "gatehouse"));
    await Bun.write(join(bin, "systemctl"), systemctl);
    await chmod(join(bin, "systemctl"), 0o755);
    const settings: Record<string, string> = {
      BCRYPT_COST: "10",
      DATABASE_TIMEOUT: "30s",
      DATA_DIR: home.dataDirectory,
      JWT_SECRET_KEY: Buffer.alloc(32, "gatehouse").toString("base64"),
      PORT: port,
      REQUIRE_EMAIL_VERIFICATION: "false",
    };
    const url = `http://localhost:${port}`;

    /** Runs lines as the page has them, with the directories and addresses of the test. */
    async function run(
      lines: string,
      variables: Record<string, string> = {},
      own: Record<string, string> = {},
    ): Promise<string> {
      let text = lines
        .replaceAll("/var/backups", join(home.cwd, "backups"))
        .replaceAll("/var/lib/gatehouse", home.dataDirectory);
      for (const [part, value] of Object.entries(own)) text = text.replaceAll(part, value);
      const child = Bun.spawn(["bash", "-e", "-c", text], {
        cwd: home.cwd,
        env: {
          ...inheritedEngineOptions(),
          ...settings,
          ...variables,
          HOME: home.cwd,
          PATH: `${bin}:${programs}:${process.env["PATH"]}`,
        },
        stdout: "pipe",
        stderr: "pipe",
      });
      const { exitCode, stdout, stderr } = await outputOf(child);
      expect([text, exitCode, exitCode === 0 ? "" : stdout + stderr]).toEqual([text, 0, ""]);
      return stdout;
    }
    stack.defer(async () => {
      const running = Bun.file(join(home.cwd, "pid"));
      if (await running.exists()) process.kill(Number(await running.text()), "SIGKILL");
    });

    const register = async (name: string) => {
      const user = { email: `${name}@example.com`, password: goodPassword };
      const { status, text } = await callServer(url, "POST", "/api/v1/auth/register", {
        json: user,
      });
      expect([status, text]).toEqual([201, expect.any(String)]);
    };
    const signIn = async (name: string) => {
      const json = { email: `${name}@example.com`, password: goodPassword };
      return callServer(url, "POST", "/api/v1/auth/login", { json });
    };
    const meOf = async (bearer: string) =>
      (await callServer(url, "GET", "/api/v1/users/me", { bearer })).status;

    await run("systemctl start gatehouse");
    await register("ada");
    const bearer: string = (await signIn("ada")).json.data.access_token;
    const printed = (await run(await blockWith("install -d -m 700"))).trim().split("\n");
    expect(printed).toEqual([
      expect.stringMatching(
        /\/backups\/gatehouse\/gatehouse-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.tar\.gz$/,
      ),
      join(home.cwd, "backups", "gatehouse.tar.gz"),
    ]);
    await register("grace");

    // What happened after the backup is lost, and the session of before is active.
    const verified = await run(await blockWith("tar -xzf"));
    expect(verified).toContain("The audit log is intact");
    expect([(await signIn("ada")).status, (await signIn("grace")).status]).toEqual([200, 401]);
    expect(await meOf(bearer)).toBe(200);

    const ended = await run(await blockWith("revoke-sessions --all"));
    expect(ended).toMatch(/^ended \d+ sessions of 1 users$/m);
    await eventually(
      () => meOf(bearer),
      (status) => status === 401,
    );
    const second: string = (await signIn("ada")).json.data.access_token;

    const server = await createDebianPostgres(programs);
    stack.defer(() => server.remove());
    await server.start();
    await server.sql("create role gatehouse login password 'secret'");
    const createDatabase = async (name: string): Promise<string> => {
      await server.sql(`create database ${name} owner gatehouse`);
      return `postgres://gatehouse:secret@127.0.0.1:${server.port}/${name}`;
    };
    const moved = await createDatabase("moved");
    await run(
      await blockWith("backup --sql"),
      {},
      { "postgres://gatehouse:…@db.example.com/gatehouse": moved },
    );
    expect((await signIn("ada")).status).toBe(200);
    expect(await meOf(second)).toBe(200);

    const restored = await createDatabase("restored");
    await run(await blockWith("pg_dump"), { DATABASE_URL: moved });
    await run("systemctl stop gatehouse");
    await run(await blockWith("pg_restore"), { RESTORED_URL: restored });
    await run("systemctl start gatehouse", { DATABASE_URL: restored });
    expect(await meOf(second)).toBe(200);
    expect(await run("gatehouse audit verify", { DATABASE_URL: restored })).toContain("is intact");
    await run("systemctl stop gatehouse");
  });
});
