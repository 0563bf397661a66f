import { afterAll, beforeAll, describe, expect, setDefaultTimeout, test } from "bun:test";

import { latestVersionOf } from "../../src/platform/db/schema-version.ts";
import { ownMigrations } from "../../src/platform/db/migrate.ts";
import {
  type Build,
  buildCommit,
  buildWithMigrations,
  findPreviousCommit,
} from "../support/builds.ts";
import { createHome, type Home } from "../support/executable-home.ts";
import { executablePath, runGatehouse, startGatehouse } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { createRoundRobin, type RoundRobin } from "../support/round-robin.ts";

setDefaultTimeout(240_000);

const settings = {
  REQUIRE_EMAIL_VERIFICATION: "false",
  RATE_LIMITS_ENABLED: "false",
  BCRYPT_COST: "10",
  JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
};
const own = latestVersionOf(ownMigrations);

/** A migration as versions have them: a column and an index on a table in use, and a table. */
function planted(version: number) {
  const text = `-- schema version ${version}
ALTER TABLE "users" ADD COLUMN "planted_${version}" text DEFAULT 'a' NOT NULL;
--> statement-breakpoint
CREATE INDEX "users_planted_${version}" ON "users" ("planted_${version}");
--> statement-breakpoint
CREATE TABLE "planted_${version}" ("id" uuid PRIMARY KEY);`;
  return { name: `9999_version_${version}`, text };
}

const previousCommit = await findPreviousCommit();
if (previousCommit === null) {
  if (process.env["CI"] === "true") throw new Error("the history of the repository is missing");
  process.stderr.write("skipped: the clone does not have the commit of the previous version\n");
}

/** Registers, signs in, refreshes and reads until it is stopped. Counts the outcomes by operation and status. */
function startLoad(balancer: RoundRobin) {
  const outcomes = new Map<string, number>();
  let running = true;

  async function call(name: string, path: string, request: { bearer?: string; json?: object }) {
    const method = request.json === undefined ? "GET" : "POST";
    const answer = await balancer
      .call(method, `/api/v1${path}`, request)
      .catch((error: unknown) => {
        outcomes.set(`${name}: ${String(error)}`, 1);
        throw error;
      });
    const outcome = `${name} ${answer.status}`;
    outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    return answer.json.data;
  }

  async function user(): Promise<void> {
    const credentials = { email: freshEmail(), password: goodPassword };
    await call("register", "/auth/register", { json: credentials });
    const { access_token: bearer, refresh_token } = await call("login", "/auth/login", {
      json: credentials,
    });
    await call("refresh", "/auth/refresh", { json: { refresh_token } });
    for (let read = 0; read < 20; read += 1) await call("me", "/users/me", { bearer });
  }

  const users = Array.from({ length: 3 }, async () => {
    // A failure is among the outcomes, and ends neither the others nor the test before it has stopped its servers.
    while (running) await user().catch(() => undefined);
  });
  return {
    outcomes,
    async someMore() {
      const before = outcomes.get("refresh 200") ?? 0;
      await eventually(
        () => outcomes.get("refresh 200") ?? 0,
        (count) => count > before + 5,
        120,
      );
    },
    async stop() {
      running = false;
      await Promise.all(users);
    },
  };
}

/** Replaces two replicas of the old executable by two of the new one, while another old one crashes and is started again. */
async function upgrade(old: string, fresh: string): Promise<void> {
  await using created = await createHome("postgres");
  const home: Home = { ...created, settings: { ...created.settings, ...settings } };
  await using stack = new AsyncDisposableStack();
  const start = async (executable: string) =>
    stack.use(await startGatehouse({ ...home, executable }));
  const crashing = await start(old);
  const replaced = await Promise.all([start(old), start(old)]);
  await using balancer = createRoundRobin(replaced.map(({ url }) => url));
  await balancer.allReady();
  const load = startLoad(balancer);
  await load.someMore();

  crashing.signal("SIGKILL");
  await crashing.exited;
  const migrated = await start(fresh);
  await load.someMore();
  const restarted = await start(old);
  balancer.add(restarted.url);
  await balancer.allReady();
  await load.someMore();

  balancer.add(migrated.url);
  balancer.add((await start(fresh)).url);
  await balancer.allReady();
  for (const replica of [...replaced, restarted]) {
    // That a balancer may also notice it later is shown by the gate of rolling restarts.
    balancer.remove(replica.url);
    replica.signal("SIGTERM");
    expect(await replica.exited).toBe(0);
  }
  await load.someMore();
  await load.stop();
  expect([...load.outcomes.keys()].toSorted()).toEqual([
    "login 200",
    "me 200",
    "refresh 200",
    "register 201",
  ]);
}

describe.skipIf(previousCommit === null)("an upgrade", () => {
  let builds: { previous: Build; next: Build; later: Build };
  beforeAll(async () => {
    const [one, two] = [planted(own + 1), planted(own + 2)];
    builds = {
      previous: await buildCommit(previousCommit ?? ""),
      next: await buildWithMigrations([one]),
      later: await buildWithMigrations([one, two]),
    };
  });
  afterAll(async () => {
    for (const build of Object.values(builds)) await build[Symbol.asyncDispose]();
  });

  // security 141
  test("from the previous version fails no request, and a replica of it starts on the new schema", async () => {
    await upgrade(builds.previous.executable, executablePath);
  });

  // security 141
  test("to a version with another schema fails no request, and a replica of this one starts on it", async () => {
    await upgrade(executablePath, builds.next.executable);
  });

  test("by two versions is refused to replicas of this one with exit code 1 and a message", async () => {
    await using created = await createHome("postgres");
    const home: Home = { ...created, settings: { ...created.settings, ...settings, PORT: "0" } };
    const migrate = (executable: string) => runGatehouse(["migrate"], { ...home, executable });
    expect((await migrate(builds.later.executable)).exitCode).toBe(0);
    expect((await migrate(builds.next.executable)).exitCode).toBe(0);
    for (const commandLine of [[], ["migrate"], ["migrate", "--dry-run"]]) {
      const { exitCode, stdout, stderr } = await runGatehouse(commandLine, home);
      expect(exitCode).toBe(1);
      expect(stdout + stderr).toContain(
        `The database's schema is of version ${own + 2}, which is newer than this executable can use`,
      );
    }
  });
});
