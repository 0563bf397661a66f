// Runs the tests on a temporary Postgres server or TEST_DATABASE_URL; those in tests/gates/ only if an argument begins so.
// The arguments are passed to `bun test`. With --update-timings it measures the files, for the order of the next runs.
// The last line has the CPU time of all processes: the wall time depends on what else the machine does.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { cpuSecondsOfChildren } from "./cpu-seconds.ts";
import { makeTemporaryDirectory } from "./temporary-directory.ts";
import { startPostgresServer } from "../tests/support/postgres-server.ts";
import { shortLivedProcess } from "../tests/support/short-lived-process.ts";

/** Two more than processors: some tests wait for a time limit to pass. */
const workers = availableParallelism() + 2;
/** The milliseconds that each file takes. The slowest ones start first; otherwise one of them would run alone at the end. */
const timings = fileURLToPath(import.meta.resolve("./test-timings.json"));

/** Memory that is free again is kept, as the next test needs it: giving it back takes a twentieth of the CPU time of a worker. */
const keptMemory = { MIMALLOC_PURGE_DELAY: "-1" };

const given = process.argv.slice(2);
const gates = "tests/gates/";
const selection = given.some((argument) => argument.startsWith(gates))
  ? []
  : [`--path-ignore-patterns=${gates}**`];

let interruption: NodeJS.Signals | undefined;
let tests: Bun.Subprocess | undefined;
// Handled from the start, so that an interrupted run does not leave a server running.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
  process.on(signal, () => {
    interruption = signal;
    tests?.kill(signal);
  });
}

await using temporary = await makeTemporaryDirectory();
process.env["TMPDIR"] = temporary.path;
const givenUrl = process.env["TEST_DATABASE_URL"] ?? "";
const server = givenUrl === "" ? await startPostgresServer() : undefined;
let exitCode = 1;
try {
  if (interruption === undefined) {
    tests = Bun.spawn(
      [
        process.execPath,
        "test",
        `--parallel=${workers}`,
        `--timings=${timings}`,
        "--no-isolate",
        "--timeout=120000",
        ...selection,
        ...given,
      ],
      {
        stdin: "inherit",
        stdout: "inherit",
        stderr: "inherit",
        env: {
          ...shortLivedProcess,
          ...keptMemory,
          ...process.env,
          TEST_DATABASE_URL: server?.url ?? givenUrl,
        },
      },
    );
    exitCode = await tests.exited;
  }
} finally {
  await server?.stop();
}
const cpuSeconds = await cpuSecondsOfChildren();
if (cpuSeconds !== null) process.stderr.write(`CPU time: ${cpuSeconds.toFixed(1)} s\n`);
process.exitCode = exitCode;
