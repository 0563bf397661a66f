import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  createDebianPostgres,
  type DebianPostgres,
  findDebianPostgres,
} from "../support/debian-postgres.ts";
import { eventually } from "../support/eventually.ts";
import { runGatehouse, type ServerProcess, startGatehouse } from "../support/executable.ts";
import type { Answer } from "../support/http-call.ts";
import { describeWhere, findProgram, type Found } from "../support/installed-program.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { type PgBouncer, type PgBouncerOptions, startPgBouncer } from "../support/pgbouncer.ts";
import { race } from "../support/race.ts";

setDefaultTimeout(120_000);

const pgbouncer = findProgram("pgbouncer");
const found: Found = "path" in pgbouncer ? await findDebianPostgres() : pgbouncer;
const program = "path" in pgbouncer ? pgbouncer.path : "";
const login = { user: "gate", password: "gate-pw" };
const ignored = "statement_timeout, idle_in_transaction_session_timeout";

describeWhere("a pooler in transaction mode", found, (programs) => {
  let server: DebianPostgres;
  let cwd: string;
  let transaction: PgBouncer;

  beforeAll(async () => {
    cwd = await mkdtemp(join(tmpdir(), "gatehouse-pooler-"));
    server = await createDebianPostgres(programs);
    await server.start();
    await server.sql(`create user ${login.user} password '${login.password}'`);
    transaction = await startPooler({ mode: "transaction" });
  });

  afterAll(async () => {
    await transaction[Symbol.asyncDispose]();
    await server.remove();
    await rm(cwd, { recursive: true, force: true });
  });

  const startPooler = (given: Pick<PgBouncerOptions, "mode" | "ignored">): Promise<PgBouncer> =>
    startPgBouncer(program, { ...login, serverPort: server.port, ...given });

  async function createDatabase(): Promise<(port: number) => string> {
    const name = `gate_${Bun.randomUUIDv7().replaceAll("-", "")}`;
    await server.sql(`create database ${name} owner ${login.user}`);
    return (port) => `postgres://${login.user}:${login.password}@127.0.0.1:${port}/${name}`;
  }

  const settingsFor = (urls: Record<string, string>): Record<string, string> => ({
    ...urls,
    REQUIRE_EMAIL_VERIFICATION: "false",
    BCRYPT_COST: "10",
    RATE_LIMITS_ENABLED: "false",
    JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
  });

  const start = (urls: Record<string, string>): Promise<ServerProcess> =>
    startGatehouse({ cwd, settings: settingsFor(urls) });

  async function signUp(at: ServerProcess): Promise<Answer["json"]> {
    const json = { email: freshEmail(), password: goodPassword };
    expect((await at.post("/api/v1/auth/register", json)).status).toBe(201);
    const answer = await at.post("/api/v1/auth/login", json);
    expect([answer.status, answer.text]).toEqual([200, expect.any(String)]);
    return { ...answer.json.data, ...json };
  }

  const me = (at: ServerProcess, bearer: string): Promise<Answer> =>
    at.call("GET", "/api/v1/users/me", { bearer });

  test("with DATABASE_DIRECT_URL two replicas migrate, register, refresh, revoke and recover", async () => {
    const url = await createDatabase();
    const urls = {
      DATABASE_URL: url(transaction.port),
      DATABASE_DIRECT_URL: url(server.port),
    };
    // Both start on the empty database at once: one of them migrates, under the lock of the direct connection.
    await using stack = new AsyncDisposableStack();
    const [one, other] = await Promise.all([start(urls), start(urls)]);
    stack.use(one);
    stack.use(other);

    // More at a time than the pooler has connections to the server.
    const users = await race(24, (index) => signUp(index % 2 === 0 ? one : other));
    const rotated = await Promise.all(
      users.map(({ refresh_token }, index) =>
        (index % 2 === 0 ? other : one).post("/api/v1/auth/refresh", { refresh_token }),
      ),
    );
    expect(new Set(rotated.map(({ status }) => status))).toEqual(new Set([200]));

    for (const [index, answer] of rotated.slice(0, 12).entries()) {
      const { access_token: bearer } = answer.json.data;
      expect((await me(other, bearer)).status).toBe(200);
      expect((await me(other, bearer)).status).toBe(200);
      const out = await one.call("POST", "/api/v1/auth/logout", { bearer });
      expect([index, out.status]).toEqual([index, 200]);
      await eventually(
        () => me(other, bearer),
        ({ status }) => status === 401,
        2,
      );
    }
    expect(one.output.stdout).toContain("alter role");
    for (const { output } of [one, other]) {
      expect(output.stdout).not.toContain("notifications of the database do not arrive");
      expect(output.stdout).not.toContain('"level":"error"');
    }

    await transaction.restart();
    await eventually(
      () => one.post("/api/v1/auth/login", { email: users[0].email, password: goodPassword }),
      ({ status }) => status === 200,
      20,
    );
    expect((await me(one, rotated.at(-1)?.json.data.access_token)).status).toBe(200);
    // Statements have no names, which would stay in connections that other clients use next.
    const held = "select count(*) from pg_prepared_statements";
    expect(await server.sql(held)).toBe("0");
  });

  test.each(["", ignored])(
    "without DATABASE_DIRECT_URL the start fails and names it (ignored settings: %p)",
    async (dropped) => {
      const url = await createDatabase();
      await using pooler = await startPooler({ mode: "transaction", ignored: dropped });
      const given = settingsFor({ DATABASE_URL: url(pooler.port) });
      for (const command of [[], ["migrate"]]) {
        const { exitCode, stdout, stderr } = await runGatehouse(command, {
          cwd,
          settings: { ...given, PORT: "0" },
        });
        expect([command, exitCode, stdout + stderr]).toEqual([
          command,
          2,
          expect.stringContaining("set DATABASE_DIRECT_URL to the address of the server itself"),
        ]);
      }
    },
  );

  test("doctor finds it, which is a failure without DATABASE_DIRECT_URL", async () => {
    const url = await createDatabase();
    await using pooler = await startPooler({ mode: "transaction", ignored });
    const doctor = async (urls: Record<string, string>) => {
      const settings = { ...settingsFor(urls), PORT: "0" };
      const { stdout } = await runGatehouse(["doctor", "--json"], { cwd, settings });
      return JSON.parse(stdout);
    };
    const finding = (outcome: string) =>
      expect.objectContaining({
        name: "database-pooler",
        outcome,
        what: expect.stringContaining("gives each transaction another server process"),
      });
    const alone = { DATABASE_URL: url(pooler.port) };
    expect(await doctor(alone)).toMatchObject({
      findings: expect.arrayContaining([finding("fail")]),
    });
    const both = { ...alone, DATABASE_DIRECT_URL: url(server.port) };
    expect(await doctor(both)).toMatchObject({ findings: expect.arrayContaining([finding("ok")]) });
  });

  test("a direct address that is the pooler's stops the start", async () => {
    const url = await createDatabase();
    await using pooler = await startPooler({ mode: "transaction", ignored });
    const both = { DATABASE_URL: url(pooler.port), DATABASE_DIRECT_URL: url(pooler.port) };
    const { exitCode, stdout } = await runGatehouse([], {
      cwd,
      settings: { ...settingsFor(both), PORT: "0" },
    });
    expect(exitCode).toBe(2);
    expect(stdout).toContain("DATABASE_DIRECT_URL is the address of a pooler in transaction mode");
  });

  test("a pooler in session mode needs no second address", async () => {
    const url = await createDatabase();
    await using pooler = await startPooler({ mode: "session", ignored });
    await using replica = await start({ DATABASE_URL: url(pooler.port) });
    const { access_token: bearer } = await signUp(replica);
    expect((await me(replica, bearer)).status).toBe(200);
    expect(replica.output.stdout).not.toContain("notifications of the database do not arrive");
  });
});
