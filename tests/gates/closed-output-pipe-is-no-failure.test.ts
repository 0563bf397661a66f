import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { eventually } from "../support/eventually.ts";
import { executablePath, runGatehouse, startGatehouse } from "../support/executable.ts";
import { freshEmail, goodPassword } from "../support/journey.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(60_000);

/** Runs what follows with a stream, by its number, that is a pipe whose reader has gone already. */
function withoutReader(stream: 1 | 2): string[] {
  return ["/bin/bash", "-c", `exec 3> >(:); wait $!; exec "$@" ${stream}>&3 3>&-`, "bash"];
}

// Such as `gatehouse config | head -1`.
test.each([
  [["config"]],
  [["openapi"]],
  [["--help"]],
  [["migrate", "--dry-run"]],
  [["migrate"]],
  [["create-admin", "--password-stdin", "--email", freshEmail()]],
])("%p exits with 0 and prints no error when its output pipe is closed", async (commandLine) => {
  await using home = await createHome("postgres");
  const result = await runGatehouse(commandLine, {
    cwd: home.cwd,
    settings: { ...home.settings, LOG_LEVEL: "warn" },
    input: goodPassword,
    wrapper: withoutReader(1),
  });
  expect(result.exitCode).toBe(0);
  // Warnings of `config` go to standard error, which is still open.
  expect(result.stderr.replaceAll(/^gatehouse: .*\n/gm, "")).toBe("");
});

test("a failing command keeps its exit code when its error pipe is closed", async () => {
  await using home = await createHome("postgres");
  const wrapper = withoutReader(2);
  const wrong = await runGatehouse(["nonsense"], { cwd: home.cwd, wrapper });
  expect([wrong.exitCode, wrong.stdout]).toEqual([2, ""]);
  const failed = await runGatehouse(["healthcheck"], {
    cwd: home.cwd,
    settings: { PORT: "1" },
    wrapper,
  });
  expect([failed.exitCode, failed.stdout]).toEqual([1, ""]);
});

// Its notice goes to standard error, which a terminal that was closed has taken with it.
test("a server continues when its error pipe is closed", async () => {
  await using home = await createHome("postgres");
  await using server = await startGatehouse({ ...home, wrapper: withoutReader(2) });
  expect((await server.call("GET", "/health/ready")).status).toBe(200);
  expect(await server.stop()).toBe(0);
  expect(server.output.stdout).not.toContain("EPIPE");
});

// Failure: the volume of the log is full, or what collects the log has ended.
// security 143
test.each([
  ["cannot be written to", ["/bin/bash", "-c", 'exec "$@" > /dev/full', "bash"]],
  ["is a closed pipe", withoutReader(1)],
])("a server responds while its output %s", async (_, wrapper) => {
  await using home = await createHome("postgres");
  const port = await findSparePort();
  const child = Bun.spawn([...wrapper, executablePath], {
    cwd: home.cwd,
    env: { ...home.settings, PORT: String(port), LOG_REQUESTS: "all" },
    stdin: "ignore",
    stdout: "ignore",
    stderr: "ignore",
  });
  try {
    const status = async () =>
      (await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => null))?.status;
    await eventually(status, (code) => code === 200, 30);
    for (let number = 0; number < 500; number += 1) expect(await status()).toBe(200);
  } finally {
    child.kill("SIGKILL");
    await child.exited;
  }
});
