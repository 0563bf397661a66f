import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { startGatehouse } from "../support/executable.ts";
import { race } from "../support/race.ts";

setDefaultTimeout(60_000);

// Drizzle's own migrator takes no lock: of six replicas on an empty database one to four crashed. // security 141
test("six replicas that start at once on one empty database all serve, and each migration is applied once", async () => {
  await using home = await createHome("postgres");
  await using stack = new AsyncDisposableStack();
  const servers = await race(6, async () => {
    const server = await startGatehouse({
      ...home,
      settings: { ...home.settings, DATABASE_POOL_SIZE: "3" },
    });
    return stack.use(server);
  });
  const answers = await Promise.all(servers.map((server) => server.call("GET", "/health/ready")));
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200, 200]);

  const journal: { entries: unknown[] } = await Bun.file("drizzle/meta/_journal.json").json();
  const applied = await home.rows("select hash from drizzle.__drizzle_migrations");
  expect(applied).toHaveLength(journal.entries.length);
  const told = servers.filter(({ output }) => output.stdout.includes('"msg":"database migrated"'));
  expect(told).toHaveLength(1);
});
