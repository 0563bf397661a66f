import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";

import packageJson from "../../package.json" with { type: "json" };

const root = join(import.meta.dir, "../..");
let directory = "";
const chunks = new Map<string, string>();

/** The files that a static import of `name` leads to, with that file. */
function loadedWith(name: string, loaded = new Set<string>()): Set<string> {
  if (loaded.has(name)) return loaded;
  loaded.add(name);
  for (const imported of importsOf(name)) {
    if (imported.startsWith("./")) loadedWith(basename(imported), loaded);
  }
  return loaded;
}

function importsOf(name: string): string[] {
  const statement = /^(?:import|export)\b[^;"']*?(?:from\s*)?"([^"]+)"/gm;
  return [...(chunks.get(name) ?? "").matchAll(statement)].map(([, imported = ""]) => imported);
}

/** The one file that the entry point loads once NODE_ENV is set. */
function programOf(entry: string): string {
  const [, program] = /await import\("\.\/([^"]+)"\)/.exec(chunks.get(entry) ?? "") ?? [];
  if (program === undefined) throw new Error("the entry point loads no program");
  return program;
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), "gatehouse-bundle-"));
  // As in .ci/build.ts, without the compilation.
  const flags = ["--splitting", "--target=bun", "--format=esm", '--define=GATEHOUSE_COMMIT=""'];
  const command = ["build", ...flags, "src/main.ts", "--outdir", directory];
  const build = Bun.spawn([process.execPath, ...command], { cwd: root, stdout: "ignore" });
  expect(await build.exited).toBe(0);
  for (const name of new Bun.Glob("*.js").scanSync(directory)) {
    chunks.set(name, await Bun.file(join(directory, name)).text());
  }
}, 60_000);

afterAll(() => rm(directory, { recursive: true, force: true }));

test("the entry point sets NODE_ENV before the framework is loaded", () => {
  const first = [...loadedWith("main.js")].map((name) => chunks.get(name) ?? "").join("\n");
  expect(first).toContain('"NODE_ENV"');
  expect(first).not.toContain("isProduction");
  expect([...loadedWith(programOf("main.js"))].map((name) => chunks.get(name)).join()).toContain(
    "isProduction",
  );
});

test("a start loads neither the runtime's HTTP client nor libraries of a later first use", () => {
  const loaded = [...loadedWith(programOf("main.js"))];
  const imports = new Set(loaded.flatMap(importsOf).map((name) => name.replace(/^node:/, "")));
  expect(imports).toContain("net");
  const late = ["http", "https", "zlib", "readline", "worker_threads", "inspector"];
  expect(late.filter((name) => imports.has(name))).toEqual([]);
  const code = loaded.map((name) => chunks.get(name) ?? "").join("\n");
  const packages = new Set(
    [...code.matchAll(/^\/\/ node_modules\/((?:@[^/\s]+\/)?[^/\s]+)/gm)].map(
      ([, name = ""]) => name,
    ),
  );
  expect(packages).toContain("elysia");
  const libraries = [
    "@elysiajs/swagger",
    "@nats-io/transport-node",
    "@opentelemetry/sdk-trace",
    "@simplewebauthn/server",
    "nodemailer",
    "otpauth",
    "postal-mime",
    "prom-client",
  ];
  expect(libraries.filter((name) => packages.has(name))).toEqual([]);
});

test("each dependency that is loaded at its first use is in the executable", () => {
  const code = [...chunks.values()].join("\n");
  const names = Object.keys(packageJson.dependencies);
  const isLeftOut = (name: string) =>
    ["import(", "equire("].some((call) =>
      [`"${name}"`, `"${name}/`].some((path) => code.includes(call + path)),
    );
  expect(names.length).toBeGreaterThan(20);
  expect(names.filter(isLeftOut)).toEqual([]);
});
