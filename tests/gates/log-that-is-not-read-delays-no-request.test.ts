import { closeSync, constants, openSync, readSync } from "node:fs";
import { join } from "node:path";

import { expect, setDefaultTimeout, test } from "bun:test";

import { createHome, type Home } from "../support/executable-home.ts";
import { eventually } from "../support/eventually.ts";
import { executablePath } from "../support/executable.ts";
import { findSparePort } from "../support/spare-port.ts";

setDefaultTimeout(120_000);

/** A server whose log is a pipe that is read only when a test reads it. */
interface Unread extends AsyncDisposable {
  readonly child: Bun.Subprocess;
  /** Sends so many requests, of which each must be answered with 200. */
  request(count: number): Promise<void>;
  /** The log from the beginning, with what the pipe holds now. */
  read(): string;
}

async function startUnread(home: Home, settings: Record<string, string>): Promise<Unread> {
  const path = join(home.cwd, "log");
  expect(await Bun.spawn(["mkfifo", path]).exited).toBe(0);
  // For reading and writing: a pipe without a reader could not be opened for writing.
  const pipe = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const writing = openSync(path, constants.O_WRONLY);
  const port = await findSparePort();
  const child = Bun.spawn([executablePath], {
    cwd: home.cwd,
    env: { ...home.settings, PORT: String(port), LOG_REQUESTS: "all", ...settings },
    stdin: "ignore",
    stdout: writing,
    stderr: "ignore",
  });
  closeSync(writing);
  const status = async (): Promise<number | undefined> => {
    const signal = AbortSignal.timeout(10_000);
    const url = `http://127.0.0.1:${port}/health/ready`;
    return (await fetch(url, { signal }).catch(() => null))?.status;
  };
  await eventually(status, (code) => code === 200, 30);
  const chunk = Buffer.alloc(65_536);
  let log = "";
  return {
    child,
    async request(count) {
      for (let sent = 0; sent < count; sent += 1) expect(await status()).toBe(200);
    },
    read() {
      try {
        for (;;) log += chunk.toString("utf8", 0, readSync(pipe, chunk));
      } catch {
        return log;
      }
    },
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.exited;
      closeSync(pipe);
    },
  };
}

function messagesOf(log: string): string[] {
  const lines = log.split("\n");
  expect(lines.pop()).toBe("");
  return lines.map((line): string => JSON.parse(line).msg);
}

// Failure: the collector of the log has the pipe open and reads no more. A write to a full pipe waits, and with it the process.
// security 143
test("a server whose log is not read responds, and every line is there once it is read", async () => {
  await using home = await createHome("postgres");
  await using server = await startUnread(home, {});
  // More than a pipe holds, at 250 bytes a line, and less than may wait.
  await server.request(1000);

  const isWhole = (log: string) => log.split('"msg":"request"').length > 1000 && log.endsWith("\n");
  const messages = messagesOf(await eventually(() => server.read(), isWhole));
  expect(messages.filter((message) => message === "request").length).toBeGreaterThanOrEqual(1000);
  expect(messages).toContain("serving");
  expect(messages).not.toContain("log lines were dropped: they could not be written");
});

test("lines beyond what may wait are dropped, and the log says how many", async () => {
  await using home = await createHome("postgres");
  await using server = await startUnread(home, {});
  await server.request(6000);

  const report = '"msg":"log lines were dropped: they could not be written"';
  const log = await eventually(
    () => server.read(),
    (text) => text.includes(report),
  );
  const line = log.split("\n").find((each) => each.includes(report)) ?? "";
  expect(JSON.parse(line)).toMatchObject({ level: "warn", lines: expect.any(Number) });
  const written = log.split('"msg":"request"').length - 1;
  expect(JSON.parse(line).lines + written).toBeGreaterThanOrEqual(6000);
});

test("the last lines of a server are there for a reader that is late", async () => {
  await using home = await createHome("postgres");
  await using server = await startUnread(home, {});
  await server.request(1000);
  server.child.kill("SIGTERM");
  // Its other work ends meanwhile: what remains is the log.
  await Bun.sleep(500);
  expect(server.child.exitCode).toBe(null);
  const read = setInterval(() => server.read(), 5);
  expect(await server.child.exited).toBe(0);
  clearInterval(read);

  expect(messagesOf(server.read()).at(-1)).toBe("stopped");
});

// A terminal is seldom a pipe, but the form of the lines is the operator's choice.
test("a server with pretty lines responds while they are not read", async () => {
  await using home = await createHome("postgres");
  await using server = await startUnread(home, { LOG_FORMAT: "pretty" });
  await server.request(1000);
});
