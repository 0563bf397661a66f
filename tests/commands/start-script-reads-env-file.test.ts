import { afterAll, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const directory = mkdtempSync(join(tmpdir(), "gatehouse-start-"));
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test("`bun run start` passes a .env to the program, and nothing where there is none", async () => {
  const { scripts } = await Bun.file("package.json").json();
  const [install, build, start] = String(scripts.start)
    .split(" && exec ")
    .join(" && ")
    .split(" && ");
  expect([install, build]).toEqual(["bun install --frozen-lockfile --silent", "bun .ci/build.ts"]);
  expect(start).toStartWith("./dist/gatehouse");
  const command = String(scripts.start).slice(String(scripts.start).indexOf("exec "));
  mkdirSync(join(directory, "dist"));
  writeFileSync(join(directory, "dist/gatehouse"), '#!/bin/sh\necho "$@"\n', { mode: 0o755 });
  const run = () => Bun.spawnSync(["sh", "-c", command], { cwd: directory }).stdout.toString();
  expect(run()).toBe("\n");
  writeFileSync(join(directory, ".env"), "PORT=8001\n");
  expect(run()).toBe("--env-file .env\n");
});
