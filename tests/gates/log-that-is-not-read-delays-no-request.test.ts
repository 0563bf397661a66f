import { constants, openSync, readSync, closeSync } from "node:fs";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome } from "../support/executable-home.ts";
import { eventually } from "../support/eventually.ts";
import { executablePath } from "../support/executable.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(60_000);

/** More than a pipe holds, at 250 bytes a line. */
const requests = 1000;

/** What the pipe holds now. */
function readAll(pipe: number): string {
  const chunk = Buffer.alloc(1_048_576);
  try {
    return chunk.toString("utf8", 0, readSync(pipe, chunk));
  } catch {
    return "";
  }
}

// Failure: the collector of the log has the pipe open and reads no more. A write to a full pipe waits, and with it the process.
// part of security 143
test("a server responds while its log is not read, stops when it is told to, and logs again once it is read", async () => {
  await using home = await createHome("postgres");
  const path = join(home.cwd, "log");
  expect(await Bun.spawn(["mkfifo", path]).exited).toBe(0);
  // For reading and writing: without a reader, a pipe could not be opened for writing.
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY);
  const port = await findSparePort();
  const child = Bun.spawn([executablePath], {
    cwd: home.cwd,
    env: { ...home.settings, PORT: String(port), LOG_REQUESTS: "all" },
    stdin: "ignore",
    stdout: writing,
    stderr: "ignore",
  });
  closeSync(writing);
  try {
    const status = async (): Promise<number | undefined> => {
      const signal = AbortSignal.timeout(5000);
      const url = `http://127.0.0.1:${port}/health/ready`;
      return (await fetch(url, { signal }).catch(() => null))?.status;
    };
    await eventually(status, (code) => code === 200, 30);
    for (let number = 0; number < requests; number += 1) expect(await status()).toBe(200);

    expect(readAll(pipe)).toContain('"msg":"serving"');
    // Those that did not fit, without another request.
    await eventually(
      () => readAll(pipe),
      (text) => text.includes('"msg":"request"'),
    );
    // Full again.
    for (let number = 0; number < requests; number += 1) expect(await status()).toBe(200);
    child.kill("SIGTERM");
    expect(await child.exited).toBe(0);
  } finally {
    child.kill("SIGKILL");
    await child.exited;
    closeSync(pipe);
  }
});
