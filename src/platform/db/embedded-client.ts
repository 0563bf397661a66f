import { AppError } from "../../kernel/errors.ts";
import type {
  EngineFault,
  EngineMessage,
  EngineRequest,
  Interrupts,
  Parameters,
  QueryResult,
  RowMode,
} from "./embedded-messages.ts";
import { compiledEngine } from "./embedded-module.ts";

/** How a statement is sent. */
export interface QueryOptions {
  readonly rowMode?: RowMode;
  /** The statement is cancelled, or not begun, after this time. By default it may take any time. */
  readonly timeoutSeconds?: number;
}

/** Sends statements. */
export interface EmbeddedQueries {
  query<Row>(
    text: string,
    parameters?: Parameters,
    options?: QueryOptions,
  ): Promise<QueryResult<Row>>;
}

/** The one connection to the embedded Postgres. Statements run one after the other, in another thread. */
export interface EmbeddedClient extends EmbeddedQueries {
  /** Executes statements without parameters. */
  execute(text: string): Promise<void>;
  /** Executes all statements of `work` in a transaction, or none of them where it throws. It excludes all other statements. */
  transaction<T>(work: (queries: EmbeddedQueries) => Promise<T>): Promise<T>;
  /** Calls `handle` for each notification on the channel, before the statement that sent it has its result. */
  listen(channel: string, handle: (payload: string) => void): Promise<() => void>;
  /** Shuts the engine down and ends its thread. */
  close(): Promise<void>;
}

/** An error of the embedded Postgres, with the names of the fields that the driver of the other database uses. */
export class EngineError extends Error {
  override readonly name = "EngineError";
  readonly code: string | null;
  readonly constraint: string | null;
  readonly table: string | null;

  constructor({ message, code, constraint, table }: EngineFault) {
    super(message);
    this.code = code;
    this.constraint = constraint;
    this.table = table;
  }
}

/** An entry point of the build, which the executable contains under its path below `src`. */
const entryPath = Bun.isStandaloneExecutable
  ? "./platform/db/embedded-worker.ts"
  : "./embedded-worker.ts";

/** A thread for the engine. */
export interface EngineThread {
  /** Starts the engine on the database's files. */
  start(directory: string): Promise<EmbeddedClient>;
  /** Ends a thread whose engine was not started. */
  end(): void;
}

/** Starts the thread. `onPanic` is called with the reason when the engine ends by itself. */
export function startEngineThread(onPanic: (reason: string) => void): EngineThread {
  const worker = new Worker(new URL(entryPath, import.meta.url));
  // Compiled while the caller locks and unpacks the data directory.
  const compiling = compiledEngine();
  compiling.catch(() => undefined);
  const handlers = new Map<string, (payload: string) => void>();
  let settle: PromiseWithResolvers<EngineMessage> | null = null;

  worker.addEventListener("message", ({ data }: MessageEvent<EngineMessage>) => {
    if (data.kind === "notification") handlers.get(data.channel)?.(data.payload);
    else if (data.kind === "panic") onPanic(data.reason);
    else settle?.resolve(data);
  });
  worker.addEventListener("error", ({ message }) => onPanic(message));

  /** Sends a request. Only one at a time: a reply does not name its request. */
  async function ask(request: EngineRequest): Promise<EngineMessage> {
    settle = Promise.withResolvers();
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message between threads has no origin
    worker.postMessage(request);
    const reply = await settle.promise;
    if (reply.kind === "failure") throw new EngineError(reply.fault);
    return reply;
  }

  return {
    async start(directory) {
      const reply = await ask({ kind: "start", directory, module: await compiling });
      if (reply.kind !== "started") throw new Error("the engine did not start");
      return createClient(ask, reply.interrupts, handlers, () => worker.terminate());
    },
    end: () => worker.terminate(),
  };
}

type Ask = (request: EngineRequest) => Promise<EngineMessage>;

function createClient(
  ask: Ask,
  interrupts: Interrupts,
  handlers: Map<string, (payload: string) => void>,
  endThread: () => void,
): EmbeddedClient {
  const exclusively = createQueue();

  async function resultOf(request: EngineRequest): Promise<QueryResult> {
    const reply = await ask(request);
    if (reply.kind !== "result") throw new Error("the engine did not return a result");
    return reply.result;
  }

  function query<Row>(
    text: string,
    parameters: Parameters = [],
    { rowMode = "object" }: QueryOptions = {},
  ): Promise<QueryResult<Row>> {
    return resultOf({ kind: "query", text, parameters, rowMode }).then(asResult<Row>);
  }

  return {
    query<Row>(text: string, parameters?: Parameters, options: QueryOptions = {}) {
      return exclusively(
        () => query<Row>(text, parameters, options),
        options.timeoutSeconds,
        () => cancel(interrupts),
      );
    },
    execute: (text) => exclusively(() => resultOf({ kind: "execute", text })).then(() => undefined),
    transaction: (work) =>
      exclusively(async () => {
        await resultOf({ kind: "execute", text: "begin" });
        try {
          const value = await work({ query });
          await resultOf({ kind: "execute", text: "commit" });
          return value;
        } catch (error) {
          await resultOf({ kind: "execute", text: "rollback" });
          throw error;
        }
      }),
    async listen(channel, handle) {
      handlers.set(channel, handle);
      await exclusively(() => resultOf({ kind: "listen", channel }));
      return () => void handlers.delete(channel);
    },
    async close() {
      await exclusively(() => resultOf({ kind: "close" }));
      endThread();
    },
  };
}

/** Runs one task at a time, in order. */
type Queue = <T>(
  work: () => Promise<T>,
  timeoutSeconds?: number,
  cancelWork?: () => void,
) => Promise<T>;

/** A task whose time ends while it waits is not begun; `cancelWork` is called if it ends while the task runs. */
function createQueue(): Queue {
  let last: Promise<unknown> = Promise.resolve();

  return (work, timeoutSeconds, cancelWork) => {
    let state: "waiting" | "running" | "late" = "waiting";
    const timer =
      timeoutSeconds === undefined
        ? undefined
        : setTimeout(() => {
            if (state === "running") cancelWork?.();
            state = "late";
          }, timeoutSeconds * 1000);
    const result = last
      .then(() => {
        if (state === "late") throw tooLate();
        state = "running";
        return work();
      })
      .finally(() => clearTimeout(timer));
    last = result.catch(() => undefined);
    return result;
  };
}

/** Ends the statement in progress with SQLSTATE 57014, as Postgres's handler of the signal for it does. */
function cancel({ memory, interruptPending, queryCancelPending }: Interrupts): void {
  Atomics.store(new Int32Array(memory, queryCancelPending, 1), 0, 1);
  Atomics.store(new Int32Array(memory, interruptPending, 1), 0, 1);
}

function tooLate(): AppError {
  return new AppError("UNAVAILABLE", "The service is temporarily unavailable.", {
    retryAfterSeconds: 1,
    logDetail: "database: other statements took the time of this one",
  });
}

/** The rows have the type that the sender of the statement expects; a message between threads has none. */
function asResult<Row>(result: QueryResult): QueryResult<Row> {
  return result as QueryResult<Row>;
}
