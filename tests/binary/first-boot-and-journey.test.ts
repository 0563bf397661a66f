import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";

import { describe, expect, setDefaultTimeout, test } from "bun:test";

import { databaseKinds } from "../support/databases.ts";
import { startGatehouse } from "../support/executable.ts";
import { createHome } from "../support/executable-home.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { mailFileTo } from "../support/mail-files.ts";

setDefaultTimeout(60_000);

describe.each([...databaseKinds])(
  "the executable, copied into an empty directory, on %s",
  (kind) => {
    test("serves without settings, and a user who registered before a restart signs in after it", async () => {
      await using home = await createHome(kind);
      const email = freshEmail();
      await using first = await startGatehouse(home);
      const health = await first.call("GET", "/health");
      expect([health.status, health.json.status, health.json.database]).toEqual([
        200,
        "healthy",
        "connected",
      ]);

      const registered = await first.post("/api/v1/auth/register", {
        email,
        password: goodPassword,
      });
      expect(registered.status).toBe(201);
      const early = await first.post("/api/v1/auth/login", { email, password: goodPassword });
      expect(early.json.error.code).toBe("EMAIL_NOT_VERIFIED");

      const { token } = await mailFileTo(home.dataDirectory, email);
      const verified = await first.post("/api/v1/auth/verify-email", { token });
      expect(verified.status).toBe(200);
      const signedIn = await first.post("/api/v1/auth/login", { email, password: goodPassword });
      expect(signedIn.status).toBe(200);
      const bearer: string = signedIn.json.data.access_token;
      const me = await first.call("GET", "/api/v1/users/me", { bearer });
      expect([me.status, me.json.data.email]).toEqual([200, email]);
      expect(await first.stop()).toBe(0);

      await using second = await startGatehouse(home);
      const again = await second.post("/api/v1/auth/login", { email, password: goodPassword });
      expect([again.status, again.json.data.user.email]).toEqual([200, email]);
      // The signing secret was kept as well: the token from before the restart is still good.
      const still = await second.call("GET", "/api/v1/users/me", { bearer });
      expect(still.status).toBe(200);
      expect(await second.stop()).toBe(0);
    });
  },
);

// Mails and the signing secret are in the data directory: no other user of the machine may read them.
test("a start writes only to ./data, readable by its owner only", async () => {
  await using home = await createHome("embedded");
  await using server = await startGatehouse(home);
  await server.stop();
  expect(await readdir(home.cwd)).toEqual(["data"]);
  const modes = await Promise.all(
    ["", "jwt-secret", "lock.sqlite", "postgres", "postgres/PG_VERSION"].map(async (name) =>
      ((await stat(join(home.dataDirectory, name))).mode & 0o777).toString(8),
    ),
  );
  expect(modes).toEqual(["700", "600", "600", "700", "600"]);
});
