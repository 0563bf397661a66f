import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import packageJson from "../../package.json" with { type: "json" };
import { parseDockerfile } from "../support/container-files.ts";

setDefaultTimeout(60_000);

// There is no container engine where the tests run: the image's own commands are run in a directory of what it copies.
const root = join(import.meta.dir, "../..");
const [build = [], run = []] = parseDockerfile(await Bun.file(join(root, "Dockerfile")).text());
const copied = build
  .filter(({ name }) => name === "COPY")
  .flatMap(({ value }) => value.split(" ").slice(0, -1));

test("the copied files are sufficient to build the executable", async () => {
  const directory = await mkdtemp(join(tmpdir(), "gatehouse-image-"));
  try {
    for (const name of copied)
      await cp(join(root, name), join(directory, name), { recursive: true });
    // In place of the install, whose work is the same here; and of what it takes long to compress.
    await symlink(join(root, "node_modules"), join(directory, "node_modules"));
    await cp(join(root, "dist/assets"), join(directory, "dist/assets"), { recursive: true });
    const commands = build.filter(({ name }) => name === "RUN").map(({ value }) => value);
    expect(commands[0]).toStartWith("bun install --frozen-lockfile --ignore-scripts");
    for (const command of commands.slice(1)) {
      const { exitCode, stderr } = Bun.spawnSync(["sh", "-e", "-c", command], {
        cwd: directory,
        env: { ...process.env, GATEHOUSE_COMMIT: "0123456789ab" },
      });
      expect([command, exitCode, exitCode === 0 ? "" : stderr.toString()]).toEqual([
        command,
        0,
        "",
      ]);
    }
    const sources = run.flatMap(
      ({ value }) => /^--from=build .*?\/build\/(\S+) /.exec(value)?.[1] ?? [],
    );
    expect(sources.filter((name) => !existsSync(join(directory, name)))).toEqual([]);
    const version = Bun.spawnSync([join(directory, "dist/gatehouse"), "--version"]);
    expect(version.stdout.toString().trim()).toBe(packageJson.version);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
