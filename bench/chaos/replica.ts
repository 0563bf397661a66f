import type { Answer, Call } from "../../tests/support/http-call.ts";
import { type ServerProcess, startGatehouse } from "../../tests/support/executable.ts";
import { findSparePort } from "../../tests/support/spare-port.ts";

const patienceMilliseconds = 10_000;

/** One replica, which is started again whenever it has ended. */
export interface Replica {
  readonly name: string;
  readonly pid: number;
  call(method: string, path: string, call?: Call): Promise<Answer>;
  signal(name: NodeJS.Signals): void;
  /** Resolves when it has ended by the signal and serves again, with these further settings. */
  restart(by: NodeJS.Signals, settings?: Record<string, string>): Promise<void>;
  /** What it has logged as an error so far. */
  errors(): string[];
  stop(): Promise<void>;
}

/** Starts a replica on a port of its own. */
export async function startReplica(
  name: string,
  options: { readonly cwd: string; readonly settings: Record<string, string> },
): Promise<Replica> {
  const port = String(await findSparePort());
  const errors: string[] = [];
  const start = (further: Record<string, string>): Promise<ServerProcess> =>
    startGatehouse({
      cwd: options.cwd,
      settings: { ...options.settings, SERVICE_NAME: name, PORT: port, ...further },
    });
  let running = await start({});
  const errorsNow = (): string[] =>
    running.output.stdout.split("\n").filter((line) => line.includes('"level":"error"'));
  return {
    name,
    get pid() {
      return running.pid;
    },
    call: (method, path, call) => inTime(running.call(method, path, call)),
    signal: (signal) => running.signal(signal),
    async restart(by, settings = {}) {
      running.signal(by);
      await running.exited;
      errors.push(...errorsNow());
      running = await start(settings);
    },
    errors: () => [...errors, ...errorsNow()],
    async stop() {
      await running[Symbol.asyncDispose]();
    },
  };
}

async function inTime<T>(work: Promise<T>): Promise<T> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error("no response")), patienceMilliseconds);
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
