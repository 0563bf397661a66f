import { availableParallelism } from "node:os";

import { expect, setDefaultTimeout, test } from "bun:test";

import { createMigratedHome } from "../support/executable-home.ts";
import { startGatehouse } from "../support/executable.ts";
import { eventually } from "../support/eventually.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { openRaw } from "../support/raw-http.ts";

setDefaultTimeout(60_000);

const concurrency = availableParallelism();
const waiting = 24;
/** A hash takes long enough that none ends between the response that says the queue is full and the end of the connections. */
const settings = { ENVIRONMENT: "test", BCRYPT_COST: "13", LOGIN_QUEUE: String(waiting) };

function requestOf(email: string): string {
  const body = JSON.stringify({ email, password: goodPassword });
  const head = [
    "POST /api/v1/auth/login HTTP/1.1",
    "Host: localhost",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
  ];
  return [...head, "", body].join("\r\n");
}

// Bad day: clients time out and hang up, and those after them wait for work whose result no client reads.
// security 153
test("the executable drops the waiting work of connections that are closed", async () => {
  await using home = await createMigratedHome("postgres");
  await using server = await startGatehouse({
    ...home,
    settings: { ...home.settings, ...settings },
  });
  let responses = "";
  const connections = await Promise.all(
    Array.from({ length: concurrency + waiting + 1 }, async (_, number) => {
      const connection = await openRaw(server.url, requestOf(`gone-${number}@example.com`));
      connection.on("data", (chunk) => (responses += chunk.toString("latin1")));
      return connection;
    }),
  );
  // The queue is full: one request has no place in it.
  await eventually(
    () => responses,
    (text) => text.includes("OVERLOADED"),
  );
  expect(responses.match(/HTTP\/1\.1 \d+/g)).toEqual(["HTTP/1.1 503"]);
  for (const connection of connections) connection.destroy();

  // It has a place, and is the last one.
  const last = { email: freshEmail(), password: goodPassword };
  expect((await server.post("/api/v1/auth/login", last)).status).toBe(401);
  // Failed attempts are written within a second, and before the end.
  expect(await server.stop()).toBe(0);
  const compared = await home.rows(
    // Attempts on unknown accounts share a row of their source.
    "select sum(coalesce((detail ->> 'count')::int, 1))::int as count from audit_log where action = 'user.login'",
  );
  // Those that ran when their connections were closed are finished.
  expect(compared).toEqual([{ count: concurrency + 1 }]);
});
