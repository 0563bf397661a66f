import { afterAll, beforeAll, expect, setDefaultTimeout, test } from "bun:test";
import { join } from "node:path";

import { startGatehouse, type ServerProcess } from "../support/executable.ts";
import { createMigratedHome, type Home } from "../support/executable-home.ts";
import { eventually } from "../support/eventually.ts";
import { goodPassword } from "../support/journey.ts";
import {
  incompleteAccounts,
  type Registrations,
  registerUntilGone,
} from "../support/registrations.ts";

setDefaultTimeout(60_000);

const canary = "an error that no code expects";

/** What a fault of the program may do, outside every request, when the process gets SIGUSR2. */
const faults = {
  uncaughtException: `setTimeout(() => { throw new Error("${canary}"); })`,
  unhandledRejection: `void Promise.reject(new Error("${canary}"))`,
  // An error that cannot be described: reading it is the next error.
  unreadable: `setTimeout(() => { throw Object.defineProperty(new Error(), "message", { get() { throw new Error("${canary}"); } }); })`,
};

let home: Home;
beforeAll(async () => {
  home = await createMigratedHome("postgres");
});
afterAll(() => home[Symbol.asyncDispose]());

/** Starts the executable with one fault more: its runtime reads \`BUN_OPTIONS\`, and loads a module before the program. */
async function startWith(
  fault: string,
  settings: Record<string, string> = {},
): Promise<ServerProcess> {
  const path = join(home.cwd, "fault.ts");
  await Bun.write(path, `process.on("SIGUSR2", () => { ${fault}; });`);
  return start({ BUN_OPTIONS: `--preload=${path}`, ...settings });
}

function start(settings: Record<string, string>): Promise<ServerProcess> {
  return startGatehouse({
    cwd: home.cwd,
    settings: {
      ...home.settings,
      ENVIRONMENT: "test",
      JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
      BCRYPT_COST: "4",
      LOGIN_QUEUE: "1000",
      RATE_LIMITS_ENABLED: "false",
      MAIL_TRANSPORT: "none",
      REQUIRE_EMAIL_VERIFICATION: "false",
      ...settings,
    },
  });
}

/** The log lines of errors, once the process has ended and all that it printed was read. */
async function errorsOf(server: ServerProcess) {
  const lines = await eventually(
    () => server.output.stdout.split("\n").filter((line) => line.includes('"level":"error"')),
    (found) => found.length > 0,
  );
  return lines.map((line) => JSON.parse(line));
}

// security 145
test.each(["uncaughtException", "unhandledRejection"] as const)(
  "%s under load is one line of the log and exit code 1, and leaves no incomplete account",
  async (name) => {
    await using server = await startWith(faults[name]);
    const registrations: Registrations = { acknowledged: [], interrupted: [] };
    const load = registerUntilGone(server, registrations, 4);
    await eventually(
      () => registrations.acknowledged.length,
      (count) => count > 5,
    );
    server.signal("SIGUSR2");
    expect(await server.exited).toBe(1);
    await load;
    expect(await errorsOf(server)).toEqual([
      expect.objectContaining({
        msg: name,
        error: "Error",
        reason: canary,
        stack: expect.any(String),
      }),
    ]);

    expect(await home.rows(incompleteAccounts)).toEqual([]);
    const stored = new Set((await home.rows("select email from users")).map(({ email }) => email));
    expect(registrations.acknowledged.filter((email) => !stored.has(email))).toEqual([]);
    // What a supervisor does.
    await using next = await start({});
    const json = { email: registrations.acknowledged.at(-1), password: goodPassword };
    expect((await next.post("/api/v1/auth/login", json)).status).toBe(200);
  },
);

// security 145
test("an error that cannot be logged ends the process with a failure too", async () => {
  await using server = await startWith(faults.unreadable);
  expect((await server.call("GET", "/health/live")).status).toBe(200);
  server.signal("SIGUSR2");
  expect(await server.exited).toBeGreaterThan(0);
  await eventually(
    () => server.output.stderr,
    (printed) => printed.includes(canary),
  );
});

// security 145
test("an error while the server stops is a failure, and no clean stop", async () => {
  await using server = await startWith(faults.uncaughtException);
  server.signal("SIGTERM");
  // It serves for two seconds more, while traffic moves to other replicas.
  await eventually(
    () => server.call("GET", "/health/ready"),
    ({ status }) => status === 503,
  );
  server.signal("SIGUSR2");
  expect(await server.exited).toBe(1);
  expect(await errorsOf(server)).toEqual([expect.objectContaining({ msg: "uncaughtException" })]);
});
