// Runs the tests on one temporary Postgres server, or on TEST_DATABASE_URL if set. Arguments are passed to `bun test`.
// With --update-timings it also measures the files, for the order of the next runs.
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import { makeTemporaryDirectory } from "./temporary-directory.ts";
import { startPostgresServer } from "../tests/support/postgres-server.ts";
import { shortLivedProcess } from "../tests/support/short-lived-process.ts";

/** One more than processors: some tests wait for a time limit to pass. */
const workers = availableParallelism() + 1;
/** The milliseconds that each file takes. The slowest ones start first; otherwise one of them would run alone at the end. */
const timings = fileURLToPath(import.meta.resolve("./test-timings.json"));

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
const given = process.env["TEST_DATABASE_URL"];
const server = given === undefined || given === "" ? await startPostgresServer() : undefined;
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
        ...process.argv.slice(2),
      ],
      {
        stdin: "inherit",
        stdout: "inherit",
        stderr: "inherit",
        env: { ...shortLivedProcess, ...process.env, TEST_DATABASE_URL: server?.url ?? given },
      },
    );
    exitCode = await tests.exited;
  }
} finally {
  await server?.stop();
}
process.exitCode = exitCode;
