import { readFile } from "node:fs/promises";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { runGatehouse, startGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";

setDefaultTimeout(60_000);

// Two Postgres processes on the same files would destroy them.
test("while one process serves from a data directory, another server refuses to use it and says why", async () => {
  await using home = await createHome("embedded");
  await using server = await startGatehouse(home);
  const email = freshEmail();
  await server.post("/api/v1/auth/register", { email, password: goodPassword });
  const secretPath = join(home.dataDirectory, "jwt-secret");
  const secret = await readFile(secretPath, "utf8");

  const second = await runGatehouse([], { cwd: home.cwd, settings: { PORT: "0" } });
  expect(second.exitCode).toBe(1);
  expect(second.stderr).toMatch(
    new RegExp(
      `^gatehouse: The data directory ${home.dataDirectory} is in use by process ${server.pid} `,
    ),
  );
  expect(second.stderr).toContain("DATA_DIR");
  expect(second.stderr.trimEnd().split("\n")).toHaveLength(1);

  expect((await server.call("GET", "/health")).status).toBe(200);
  expect(await readFile(secretPath, "utf8")).toBe(secret);
  expect(await server.stop()).toBe(0);
  expect(await home.rows("select email from users")).toEqual([{ email }]);
});

// With SO_REUSEPORT, the framework's default, the kernel would share requests out between two strangers.
test("a second process on the same port is refused, and the first one still serves every request", async () => {
  await using home = await createHome("postgres");
  await using other = await createHome("postgres");
  await using server = await startGatehouse(home);
  const second = await runGatehouse([], {
    cwd: other.cwd,
    settings: { ...other.settings, PORT: new URL(server.url).port },
  });
  expect(second.exitCode).toBe(1);
  expect(second.stderr).toMatch(
    /^gatehouse: cannot listen on http:\/\/127\.0\.0\.1:\d+ \(EADDRINUSE\): another process listens there/,
  );
  expect(await other.rows("select count(*)::int as n from users")).toEqual([{ n: 0 }]);
});
