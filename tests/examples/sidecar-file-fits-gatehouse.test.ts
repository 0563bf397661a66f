import { existsSync } from "node:fs";
import { join } from "node:path";

import { expect, test } from "bun:test";

import { load } from "../config/load.ts";
import { readCompose } from "../support/container-files.ts";

const folder = join(import.meta.dir, "../../examples/sidecar");

// There is no container engine where the tests run: what can be known without one is checked here.
test("the sidecar's settings are valid, and the API asks the address that tokens name", async () => {
  const { services } = await readCompose(join(folder, "compose.yml"));
  const { settings, warnings } = load(services["gatehouse"]?.environment ?? {});
  expect([settings.jwtAlgorithm, settings.jwtAccessTokenTtlSeconds]).toEqual(["ES256", 900]);
  expect(warnings.filter((warning) => warning.startsWith("JWT_"))).toEqual([]);
  const environment = services["api"]?.environment ?? {};
  expect(environment["GATEHOUSE"]).toBe(settings.publicUrl);
  expect(services["gatehouse"]?.ports).toContain(`127.0.0.1:3000:${environment["PORT"]}`);
  expect(existsSync(join(folder, "../services/express/server.js"))).toBe(true);
});
