import { expect, test } from "bun:test";

import { findAddressError } from "../../src/platform/db/connection/address-error.ts";
import { isUnavailable } from "../../src/platform/db/errors.ts";
import { createPostgresDatabase } from "../../src/platform/db/postgres.ts";
import { failureOf } from "../support/failure-of.ts";
import { startPoolerStandIn } from "../support/pooler-stand-in.ts";
import { quietLog } from "../support/quiet-log.ts";

async function openingFailure(url: string): Promise<unknown> {
  const database = createPostgresDatabase({
    url,
    poolSize: 1,
    timeoutSeconds: 5,
    applicationName: "replica",
    log: quietLog,
  });
  try {
    return await failureOf(database.open());
  } finally {
    await database.close();
  }
}

// The failure: a start during an outage ends with exit code 2, after which systemd starts no other.
test("a pooler without a server behind it is an outage", async () => {
  await using pooler = await startPoolerStandIn(() => true);
  const failure = await openingFailure(pooler.url);
  expect(findAddressError(failure)).toBeNull();
  expect(isUnavailable(failure)).toBe(true);
});

test("a pooler that refuses settings is told both ways to accept them", async () => {
  await using pooler = await startPoolerStandIn((opening) => opening.includes("statement_timeout"));
  const failure = findAddressError(await openingFailure(pooler.url));
  expect(failure?.isBySettings).toBe(true);
  expect(failure?.message).toContain("set DATABASE_DIRECT_URL to the address of the server itself");
  expect(failure?.message).toContain("ignore_startup_parameters");
});
