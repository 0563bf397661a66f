import { describe, expect, setDefaultTimeout, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { createMigratedHome } from "../support/executable-home.ts";
import { type ServerProcess, startGatehouse } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";

setDefaultTimeout(60_000);

/** Enough of them at this cost of bcrypt that some are still hashed when new requests are not taken any more. */
const loginCount = 6;
const noVerification = { REQUIRE_EMAIL_VERIFICATION: "false", BCRYPT_COST: "11" };

/** The status of a call, or what became of it instead; never rejects, as it may be looked at much later. */
function outcomeOf(call: Promise<{ status: number }>): Promise<number | string> {
  return call.then(({ status }) => status, String);
}

async function register(server: ServerProcess): Promise<string> {
  const email = freshEmail();
  const answer = await server.post("/api/v1/auth/register", { email, password: goodPassword });
  expect(answer.status).toBe(201);
  return email;
}

describe.each([...databaseKinds])("SIGTERM under load on %s", (kind) => {
  // security 138
  test("is no longer ready, finishes every accepted request, loses nothing, and exits with 0", async () => {
    await using home = await createMigratedHome(kind);
    const running = { ...home, settings: { ...home.settings, ...noVerification } };
    await using server = await startGatehouse(running);
    const email = await register(server);

    const logins = Array.from({ length: loginCount }, () =>
      outcomeOf(server.post("/api/v1/auth/login", { email, password: goodPassword })),
    );
    const lateEmail = freshEmail();
    const registration = outcomeOf(
      server.post("/api/v1/auth/register", { email: lateEmail, password: goodPassword }),
    );
    // They are sent, but have no response yet: the first hash alone takes longer than this response.
    expect((await server.call("GET", "/health/ready")).status).toBe(200);
    server.signal("SIGTERM");

    const ready = await eventually(
      () => server.call("GET", "/health/ready"),
      // A request sent just before the signal may get 503 as well, on a connection that stays open.
      ({ status, headers }) => status === 503 && headers.get("connection") === "close",
    );
    expect(ready.json.status).toBe("unhealthy");
    // The process is alive and its database is there: only new work should go elsewhere.
    expect((await server.call("GET", "/health/live")).status).toBe(200);
    expect((await server.call("GET", "/health")).status).toBe(200);

    expect(await Promise.all(logins)).toEqual(Array.from({ length: loginCount }, () => 200));
    expect(await registration).toBe(201);
    expect(await server.exited).toBe(0);
    expect(server.output.stdout).toContain('"msg":"stopped"');
    expect(server.output.stdout).not.toContain("cut off");

    const stored = await home.rows(`select email from users where email = '${lateEmail}'`);
    expect(stored).toHaveLength(1);
    const sessions = await home.rows("select count(*)::int as n from sessions");
    // One for each sign-in, and one for each registration, which signs in where nothing is to be verified.
    expect(sessions).toEqual([{ n: loginCount + 2 }]);
  });
});

// GNU timeout and others send a signal twice; the second one used to end the process at once.
test("a repeated SIGTERM does not shorten the shutdown", async () => {
  await using home = await createMigratedHome("postgres");
  await using server = await startGatehouse({
    ...home,
    settings: { ...home.settings, ...noVerification },
  });
  const email = await register(server);
  const login = outcomeOf(server.post("/api/v1/auth/login", { email, password: goodPassword }));
  await server.call("GET", "/health/live");
  for (let time = 0; time < 3; time += 1) server.signal("SIGTERM");
  expect(await login).toBe(200);
  expect(await server.exited).toBe(0);
});

// An orchestrator kills what does not end in time: better cut off here, where the log says so.
test("requests that outlast SHUTDOWN_TIMEOUT are cut off, and the process exits", async () => {
  await using home = await createMigratedHome("postgres");
  const settings = {
    ...home.settings,
    ...noVerification,
    SHUTDOWN_TIMEOUT: "1s",
    LOGIN_QUEUE: "1000",
  };
  await using server = await startGatehouse({ ...home, settings });
  const email = await register(server);
  const logins = Array.from({ length: 100 }, () =>
    outcomeOf(server.post("/api/v1/auth/login", { email, password: goodPassword })),
  );
  await server.call("GET", "/health/live");
  server.signal("SIGTERM");
  expect(await server.exited).toBe(0);
  expect(server.output.stdout).toContain("SHUTDOWN_TIMEOUT is over: requests are cut off");
  expect((await Promise.all(logins)).filter((outcome) => outcome !== 200)).not.toEqual([]);
});

test("a second Ctrl-C exits immediately", async () => {
  await using home = await createMigratedHome("postgres");
  await using server = await startGatehouse({
    ...home,
    settings: { ...home.settings, ...noVerification, LOGIN_QUEUE: "1000" },
  });
  const email = await register(server);
  const logins = Array.from({ length: 100 }, () =>
    outcomeOf(server.post("/api/v1/auth/login", { email, password: goodPassword })),
  );
  await server.call("GET", "/health/live");
  server.signal("SIGINT");
  // Pressed again and again, until one comes late enough to be no echo of the first.
  const pressing = setInterval(() => server.signal("SIGINT"), 100);
  const exitCode = await server.exited;
  clearInterval(pressing);
  expect(exitCode).toBe(1);
  await Promise.all(logins);
});
