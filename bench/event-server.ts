import { join } from "node:path";

import postgres, { type Sql } from "postgres";

import { callServer } from "../tests/support/http-call.ts";
import { createHome } from "../tests/support/executable-home.ts";
import { freshEmail, goodPassword } from "../tests/support/journey.ts";
import { benchSettings, residentMegabytes, tokensOf } from "./server.ts";

/** An application in a process of its own, whose clock can be moved. */
export interface EventServer extends AsyncDisposable {
  readonly sql: Sql;
  /** Moves the clock, and has the relay look for what is due by then. */
  advance(seconds: number): Promise<void>;
  addWebhook(url: string): Promise<string>;
  residentMegabytes(): Promise<number>;
  /** Registers a user, signs them in and refreshes the session. */
  visit(): Promise<Record<VisitCall, number>>;
}

/** What a visit calls, each with its milliseconds. */
export const visitCalls = ["register", "login", "refresh"] as const;

export type VisitCall = (typeof visitCalls)[number];

/** Almost all of a request's time is that of the database then, which is what events can slow down. */
const fastHashes = { ENVIRONMENT: "test", BCRYPT_COST: "4" };

/** Starts one on an empty database. */
export async function startEventServer(given: Record<string, string> = {}): Promise<EventServer> {
  await using draft = new AsyncDisposableStack();
  const home = draft.use(await createHome("postgres"));
  const settings = { ...home.settings, ...benchSettings, ...fastHashes, PORT: "0", ...given };
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "event-process.ts")], {
    cwd: home.cwd,
    env: { PATH: process.env["PATH"], ...settings, LOG_LEVEL: "error" },
    stdin: "pipe",
    stdout: "pipe",
    stderr: "inherit",
  });
  draft.defer(async () => {
    child.kill();
    await child.exited;
  });
  const lines = readLines(child.stdout);
  const ask = async (line: string): Promise<string> => {
    await child.stdin.write(`${line}\n`);
    await child.stdin.flush();
    return nextOf(lines);
  };
  const url = await nextOf(lines);
  const sql = postgres(home.settings["DATABASE_URL"] ?? "", { max: 2, onnotice: () => {} });
  draft.defer(() => sql.end());
  const post = (name: VisitCall, json: object) =>
    callServer(url, "POST", `/api/v1/auth/${name}`, { json });
  const started = draft.move();
  return {
    sql,
    async advance(seconds) {
      await ask(`advance ${seconds}`);
      await sql`select pg_notify('gatehouse_changes', 'events:')`;
    },
    addWebhook: (receiver) => ask(`webhook ${receiver}`),
    residentMegabytes: () => residentMegabytes(child.pid),
    async visit() {
      const user = { email: freshEmail(), password: goodPassword };
      const registered = await timed(() => post("register", user));
      if (registered.result.status !== 201) throw new Error(registered.result.text);
      const signedIn = await timed(() => post("login", user));
      const { refresh } = tokensOf(signedIn.result);
      const refreshed = await timed(() => post("refresh", { refresh_token: refresh }));
      tokensOf(refreshed.result);
      return {
        register: registered.milliseconds,
        login: signedIn.milliseconds,
        refresh: refreshed.milliseconds,
      };
    },
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  };
}

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; milliseconds: number }> {
  const began = performance.now();
  const result = await work();
  return { result, milliseconds: performance.now() - began };
}

async function* readLines(stream: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder();
  let rest = "";
  for await (const chunk of stream) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split("\n");
    rest = parts.pop() ?? "";
    // The program's own answers; its log is JSON.
    for (const line of parts) if (!line.startsWith("{")) yield line;
  }
}

async function nextOf(lines: AsyncGenerator<string, void>): Promise<string> {
  const next = await lines.next();
  if (next.done === true) throw new Error("the process has ended");
  return next.value;
}
