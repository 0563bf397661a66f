import { Validator } from "@seriousme/openapi-schema-validator";
import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { runGatehouse } from "../support/executable.ts";

setDefaultTimeout(60_000);

test("openapi prints a valid document without settings or a database, and writes no file", async () => {
  await using home = await createHome("embedded");
  const { exitCode, stdout, stderr } = await runGatehouse(["openapi"], { cwd: home.cwd });
  expect([exitCode, stderr]).toEqual([0, ""]);
  const document: { paths: Record<string, unknown>; servers: unknown } = JSON.parse(stdout);
  expect(Object.keys(document.paths)).toContain("/api/v1/auth/login");
  expect(document.servers).toEqual([{ url: "http://localhost:8000" }]);
  const { valid, errors } = await new Validator().validate(JSON.parse(stdout));
  expect([valid, errors]).toEqual([true, undefined]);
  expect(await Array.fromAsync(new Bun.Glob("**/*").scan(home.cwd))).toEqual([]);
});
