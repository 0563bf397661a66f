import { availableParallelism } from "node:os";
import { join } from "node:path";

// `bun run check`: all checks that do not run the product, in parallel.
// Prints the time of each step, and the output of the steps that fail.

const root = join(import.meta.dir, "..");
const tool = (name: string): string => join(root, "node_modules/.bin", name);
const bun = process.execPath;

interface Step {
  readonly name: string;
  readonly command: readonly string[];
}

/** The paths are listed because exclusions in the configuration are relative to its folder, which is this one. */
const formatted = [
  "--config",
  ".ci/oxfmtrc.json",
  "src",
  "tests",
  "bench",
  "examples/consumers/typescript",
  ".ci",
  "package.json",
  // Measurements write it.
  "!bench/results.json",
];

const install: Step = { name: "install", command: [bun, "install", "--frozen-lockfile"] };

const steps: readonly Step[] = [
  {
    name: "lint",
    command: [tool("oxlint"), "--config", ".ci/oxlintrc.json", "--type-aware", "--deny-warnings"],
  },
  {
    name: "unused",
    command: [tool("knip"), "--config", ".ci/knip.json", "--no-progress", "--no-config-hints"],
  },
  { name: "types", command: [tool("tsc"), "--noEmit", "--project", "."] },
  {
    name: "architecture",
    command: [bun, "test", "--only-failures", "--timeout=60000", "tests/architecture/"],
  },
  { name: "format", command: [tool("oxfmt"), ...formatted, "--check"] },
];

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function passes({ name, command }: Step): Promise<boolean> {
  const started = performance.now();
  const child = Bun.spawn([...command], {
    cwd: root,
    stdin: "ignore",
    stdout: "pipe",
    stderr: "pipe",
  });
  const [output, errors, exitCode] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  print(`${exitCode === 0 ? "ok  " : "FAIL"} ${name.padEnd(12)} ${seconds} s`);
  if (exitCode !== 0) print(`${output}${errors}`.trimEnd().replace(/^/gm, "     "));
  return exitCode === 0;
}

/** Runs as many steps in parallel as there are processors, at least two, and counts the failures. */
async function countFailures(): Promise<number> {
  const waiting = [...steps];
  let failures = 0;
  const worker = async (): Promise<void> => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      if (!(await passes(step))) failures += 1;
    }
  };
  await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, worker));
  return failures;
}

const failures = (await passes(install)) ? await countFailures() : 1;
print(failures === 0 ? "check: all steps passed" : `check: ${failures} failed`);
process.exit(failures === 0 ? 0 : 1);
