import { mkdir, readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { type ServerProcess, runGatehouse, startGatehouse } from "../support/executable.ts";
import { describeWithProgram } from "../support/installed-program.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { withoutLog } from "../support/log-lines.ts";

setDefaultTimeout(120_000);

const settings = { REQUIRE_EMAIL_VERIFICATION: "false" };

/** Registers users until it is stopped; gives the addresses whose registration was acknowledged. */
function startRegistrations(server: ServerProcess) {
  const acknowledged: string[] = [];
  let running = true;
  const work = (async () => {
    while (running) {
      const email = freshEmail();
      const { status } = await server.post("/api/v1/auth/register", {
        email,
        password: goodPassword,
      });
      if (status === 201) acknowledged.push(email);
    }
  })();
  return {
    acknowledged,
    async stop() {
      running = false;
      await work;
    },
  };
}

test("commands use the embedded database while the server runs, and it acts on what they change", async () => {
  await using created = await createHome("embedded");
  const home = { ...created, settings };
  await using server = await startGatehouse(home);
  const run = async (line: string, input = "") => {
    const { exitCode, stdout, stderr } = await runGatehouse(line.split(" "), { ...home, input });
    // The summary of an export is not part of its output.
    const notes = line === "users export" ? expect.stringContaining("exported 1 user\n") : "";
    expect([line, exitCode, withoutLog(stderr)]).toEqual([line, 0, notes]);
    return stdout;
  };

  const email = freshEmail();
  await run(`create-admin --email ${email} --password-stdin`, `${goodPassword}\n`);
  const login = await server.post("/api/v1/auth/login", { email, password: goodPassword });
  expect(login.status).toBe(200);
  const bearer: string = login.json.data.access_token;
  const me = async () => (await server.call("GET", "/api/v1/users/me", { bearer })).status;
  expect(await me()).toBe(200);

  expect(await run("users list --json")).toContain(email);
  expect(await run("users export")).toContain(email);
  expect(await run("audit verify")).toContain("intact");
  expect(await run("keys list")).toContain("HS256");
  expect(await run("events status")).toContain("destination");
  expect(await run("migrate")).toBe("up to date\n");
  expect(await run("migrate --dry-run")).toBe("-- up to date\n");
  expect(await run("limits list --json")).toContain("items");
  const lines = `${JSON.stringify({ email: "import@example.com", email_verified: true })}\n`;
  await Bun.write(join(home.cwd, "users.ndjson"), lines);
  expect(await run("users import users.ndjson")).toBe("imported 1, already there 0, refused 0\n");

  expect(await run("users verify import@example.com")).toContain("verified");
  expect(await run("users roles import@example.com --add admin")).toBe("user\nadmin\n");
  await run("users set-password import@example.com --password-stdin", `${goodPassword}\n`);
  const imported = { email: "import@example.com", password: goodPassword };
  expect((await server.post("/api/v1/auth/login", imported)).status).toBe(200);
  for (const verb of ["disable", "enable", "delete", "restore"]) {
    expect(await run(`users ${verb} import@example.com`)).toContain("import@example.com");
  }
  const redirect = "--redirect-uri https://app.example.com/callback";
  expect(await run(`clients create --name app --public ${redirect}`)).toContain("client_id=");
  expect(await run("keys rotate")).toContain("signs on every replica");
  expect(await run("limits clear")).toContain("cleared");

  // The server remembers the token; the command's change reaches it as a notification.
  expect(await run("users revoke-sessions --all")).toMatch(/^ended [1-9]\d* sessions of /);
  expect(await me()).toBe(401);
  expect(await server.stop()).toBe(0);
  expect(await readdir(home.dataDirectory)).not.toContain("gatehouse.sock");
});

// security 146
test("a backup of a server that registers users is restored with all of those that came before it", async () => {
  await using created = await createHome("embedded");
  await using other = await createHome("embedded");
  const home = { ...created, settings };
  await using server = await startGatehouse(home);
  const registrations = startRegistrations(server);
  while (registrations.acknowledged.length < 3) await Bun.sleep(10);
  const before = [...registrations.acknowledged];
  const backups = join(home.cwd, "backups");
  await mkdir(backups);
  const { exitCode, stdout } = await runGatehouse(["backup", backups], home);
  expect(exitCode).toBe(0);
  await registrations.stop();
  const [name] = await readdir(backups);
  const path = join(backups, name ?? "");
  expect(stdout).toBe(`${path}\n`);
  expect((await stat(path)).mode & 0o777).toBe(0o600);

  await mkdir(other.dataDirectory, { mode: 0o700 });
  await Bun.$`tar -xzf ${path} -C ${other.dataDirectory}`.quiet();
  await Bun.$`cp -p ${join(home.dataDirectory, "jwt-secret")} ${other.dataDirectory}`.quiet();
  await using restored = await startGatehouse({ ...other, settings });
  const listed = await runGatehouse(["users", "export"], { ...other, settings });
  const emails = listed.stdout
    .trim()
    .split("\n")
    .map((line) => String(Reflect.get(Object(JSON.parse(line)), "email")));
  expect(emails).toEqual(expect.arrayContaining(before));
  const answer = await restored.post("/api/v1/auth/login", {
    email: before[0],
    password: goodPassword,
  });
  expect(answer.status).toBe(200);
  const verified = await runGatehouse(["audit", "verify"], { ...other, settings });
  expect(verified.exitCode).toBe(0);
  await restored.stop();
  await server.stop();
});

describeWithProgram("with psql", "psql", (psql) => {
  test("a script of a stopped server moves its users to Postgres", async () => {
    await using created = await createHome("embedded");
    await using target = await createHome("postgres");
    const secret = { JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only" };
    const home = { ...created, settings: { ...settings, ...secret } };
    const credentials = { email: freshEmail(), password: goodPassword };
    await using server = await startGatehouse(home);
    expect((await server.post("/api/v1/auth/register", credentials)).status).toBe(201);
    const refused = await runGatehouse(["backup", "--sql", "gatehouse.sql"], home);
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      "gatehouse: A server runs on this data directory: stop it before this command.\n",
    ]);
    await server.stop();
    expect((await runGatehouse(["backup", "--sql", "gatehouse.sql"], home)).exitCode).toBe(0);

    const moved = { ...target, settings: { ...target.settings, ...settings, ...secret } };
    expect((await runGatehouse(["migrate"], moved)).exitCode).toBe(0);
    const url = target.settings["DATABASE_URL"] ?? "";
    const script = join(home.cwd, "gatehouse.sql");
    await Bun.$`${psql} -v ON_ERROR_STOP=1 -q -f ${script} ${url}`.quiet();
    await using fresh = await startGatehouse(moved);
    expect((await fresh.post("/api/v1/auth/login", credentials)).status).toBe(200);
    expect((await runGatehouse(["audit", "verify"], moved)).exitCode).toBe(0);
  });
});

test("backup refuses a Postgres server, an empty data directory and an unwritable file", async () => {
  await using home = await createHome("postgres");
  const refused = await runGatehouse(["backup", "x.tar.gz"], home);
  expect([refused.exitCode, refused.stderr]).toEqual([2, expect.stringContaining("pg_dump")]);
  const empty = await runGatehouse(["backup", "x.tar.gz"], { cwd: home.cwd });
  expect([empty.exitCode, empty.stderr]).toEqual([1, expect.stringContaining("no database in")]);
  expect(await readdir(home.cwd)).toEqual([]);

  await using embedded = await createHome("embedded");
  await runGatehouse(["migrate"], embedded);
  const unwritable = await runGatehouse(["backup", "missing/x.tar.gz"], embedded);
  expect([unwritable.exitCode, unwritable.stderr]).toEqual([
    2,
    "gatehouse: file not writable (ENOENT)\n",
  ]);
});
