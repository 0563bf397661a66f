import { expect, test } from "bun:test";

import { beforeQuery } from "../support/before-query.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { startTestApp } from "../support/test-app.ts";

// Bad day: the database stops responding just when the server is told to stop.
test("failed attempts that cannot be written do not keep a server from stopping, and it says so", async () => {
  await using app = await startTestApp({ settings: { SHUTDOWN_TIMEOUT: "1s" } });
  const json = { email: freshEmail(), password: goodPassword };
  expect((await app.post("/api/v1/auth/login", json)).status).toBe(401);
  const never = Promise.withResolvers<void>();
  const { db } = app.platform;
  const frozen = beforeQuery(
    db,
    (method) => method === "execute",
    () => never.promise,
  );
  Object.assign(app.platform, { db: frozen });
  await app.server.stop(0);
  expect(app.log.join("")).toContain("failed attempts of the last minute are not in the audit log");
});
