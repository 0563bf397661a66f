// The thread of the embedded Postgres: an entry point of its own, beside src/main.ts.
import { types } from "@electric-sql/pglite";

import { type Engine, startEngine } from "./embedded-engine.ts";
import {
  describeFault,
  type EngineMessage,
  type EngineRequest,
  type QueryResult,
} from "./embedded-messages.ts";

declare const self: Worker;

/** Drizzle's driver expects these types as Postgres writes them. The arrays: of numeric, and of the others. */
const unparsedTypes = [
  types.TIMESTAMP,
  types.TIMESTAMPTZ,
  types.INTERVAL,
  types.DATE,
  1231,
  1115,
  1185,
  1187,
  1182,
];
const parsers = Object.fromEntries(unparsedTypes.map((type) => [type, (text: string) => text]));
const noRows: QueryResult = { rows: [] };

let started: Engine | null = null;

function send(message: EngineMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message between threads has no origin
  self.postMessage(message);
}

async function start(directory: string, module: WebAssembly.Module): Promise<void> {
  started = await startEngine({
    directory,
    module,
    onPanic: (reason) => send({ kind: "panic", reason }),
  });
  const { client, memory, interruptPending, queryCancelPending } = started;
  client.onNotification((channel, payload) => send({ kind: "notification", channel, payload }));
  send({ kind: "started", interrupts: { memory, interruptPending, queryCancelPending } });
}

async function run(request: Exclude<EngineRequest, { kind: "start" }>): Promise<QueryResult> {
  if (!started) throw new Error("the embedded Postgres is not started");
  const { client, memory, queryCancelPending } = started;
  // It may have been set just after the previous statement had ended.
  new Int32Array(memory, queryCancelPending, 1)[0] = 0;
  switch (request.kind) {
    case "query": {
      const { rowMode } = request;
      const result = await client.query(request.text, [...request.parameters], {
        rowMode,
        parsers,
      });
      const { rows, affectedRows } = result;
      return affectedRows === undefined ? { rows } : { rows, affectedRows };
    }
    case "execute":
      await client.exec(request.text);
      return noRows;
    case "listen":
      await client.listen(request.channel, () => undefined);
      return noRows;
    case "close":
      await client.close();
      return noRows;
  }
}

self.addEventListener("message", ({ data }: MessageEvent<EngineRequest>) => {
  const work =
    data.kind === "start"
      ? start(data.directory, data.module)
      : run(data).then((result) => send({ kind: "result", result }));
  work.catch((error: unknown) => send({ kind: "failure", fault: describeFault(error) }));
});
