import { fsyncSync } from "node:fs";
import { PGlite } from "@electric-sql/pglite";
import { NodeFS } from "@electric-sql/pglite/nodefs";
import systemFilesPath from "@electric-sql/pglite/pglite.data" with { type: "file" };

import { importSharedMemory } from "./shared-memory-module.ts";

/** A Postgres that runs in this thread, and blocks it while it executes a statement. */
export interface Engine {
  readonly client: PGlite;
  /** The engine's memory, which another thread can write to. */
  readonly memory: SharedArrayBuffer;
  /** The addresses of two variables of Postgres in it, 32-bit integers. A statement ends when both are set to 1. */
  readonly interruptPending: number;
  readonly queryCancelPending: number;
}

/** How to start the engine. */
export interface EngineOptions {
  /** The directory of the database's files. */
  readonly directory: string;
  readonly module: WebAssembly.Module;
  /** Called with Postgres's last messages when it panics (disk full or failing). The engine must not be used after it. */
  readonly onPanic: (reason: string) => void;
}

/** `__WASI_ERRNO_IO`. Postgres panics on it. */
const wasiIoError = 29;

/** PGlite's own parameters but `-F`, which turns `fsync` off: a commit would not be on the disk when it is acknowledged. */
const startParameters = [
  ...PGlite.defaultStartParams.filter((parameter) => parameter !== "-F"),
  ...[
    "fsync=on",
    // The engine's `fdatasync` does nothing.
    "wal_sync_method=fsync",
    "shared_buffers=8MB",
    "maintenance_work_mem=8MB",
    "max_wal_size=32MB",
    // A checkpoint gives the space of the log back to the disk, instead of keeping up to `max_wal_size` of empty files.
    "wal_recycle=off",
    // Messages about a statement's error may contain what a user typed.
    "log_min_messages=fatal",
  ].flatMap((setting) => ["-c", setting]),
];

/** The size that PGlite gives its memory, in pages of 64 KiB: 128 MiB at the start, 2 GiB at most. */
const memoryPages = { initial: 2048, maximum: 32_768 };

/** PL/pgSQL is loaded when a function in it is first used, with a memory of its own declaration. */
const languagePath = "/pglite/lib/postgresql/plpgsql.so";

/** Starts the engine. Throws an error with Postgres's own message where it cannot start on the files. */
export async function startEngine({ directory, module, onPanic }: EngineOptions): Promise<Engine> {
  const messages: string[] = [];
  const reason = (): string => messages.slice(-6).join(" ") || "it gave no reason";
  const memory = new WebAssembly.Memory({ ...memoryPages, shared: true });
  try {
    const client = await PGlite.create({
      fs: createFiles(directory, memory),
      pgliteWasmModule: module,
      fsBundle: Bun.file(systemFilesPath),
      startParams: startParameters,
      onStderr(text) {
        if (/ (FATAL|PANIC|DETAIL|HINT): /.test(text)) messages.push(text.trim());
        return false;
      },
    });
    const files = engineFiles(client);
    files.writeFile(languagePath, importSharedMemory(files.readFile(languagePath)));
    reportPanic(client, () => onPanic(reason()));
    return {
      client,
      memory: sharedBufferOf(memory),
      interruptPending: addressOf(client, "_InterruptPending"),
      queryCancelPending: addressOf(client, "_QueryCancelPending"),
    };
  } catch (error) {
    throw new Error(`The embedded Postgres cannot start on ${directory}: ${reason()}`, {
      cause: error,
    });
  }
}

/** The status of the exception by which the engine leaves a failed statement. After any other one it cannot continue. */
const longJumpStatus = 100;

/** PGlite would call an engine that has failed without end. The next start recovers the database. */
function reportPanic(client: PGlite, report: () => void): void {
  const engine = client.Module;
  const step = engine._PostgresMainLoopOnce;
  let hasFailed = false;
  engine._PostgresMainLoopOnce = () => {
    if (hasFailed) throw new Error("the embedded Postgres has ended");
    try {
      step();
    } catch (error) {
      const isLongJump =
        typeof error === "object" &&
        error !== null &&
        Reflect.get(error, "status") === longJumpStatus;
      if (!isLongJump) {
        hasFailed = true;
        report();
      }
      throw error;
    }
  };
}

/** PGlite's files on the disk, with the shared memory, and the `fsync` that its file system lacks (electric-sql/pglite #1107). */
function createFiles(directory: string, memory: WebAssembly.Memory): NodeFS {
  const files = new NodeFS(directory);
  const initialize = files.init.bind(files);
  files.init = async (client, options) => {
    const { emscriptenOpts } = await initialize(client, options);
    const addSync = (module: object): void => {
      streamOperations(module).fsync = ({ nfd }) => {
        try {
          fsyncSync(nfd);
          return 0;
        } catch {
          // Postgres would not notice an exception, and would acknowledge the commit.
          return wasiIoError;
        }
      };
    };
    return {
      emscriptenOpts: {
        ...emscriptenOpts,
        wasmMemory: memory,
        preRun: [...(emscriptenOpts.preRun ?? []), addSync],
      },
    };
  };
  return files;
}

/** Emscripten's operations on an open file, which its types do not declare. */
interface StreamOperations {
  fsync?: (stream: { readonly nfd: number }) => number;
}

function streamOperations(module: object): StreamOperations {
  const nodeFiles: unknown = Reflect.get(module, "NODEFS");
  if (typeof nodeFiles === "object" && nodeFiles !== null && "stream_ops" in nodeFiles) {
    const operations: unknown = nodeFiles.stream_ops;
    if (typeof operations === "object" && operations !== null) return operations;
  }
  throw new Error("PGlite's file system is not the one that this version was written for");
}

/** Emscripten's file system in memory, whose types are in a package of their own. */
interface EngineFiles {
  readFile(path: string): Uint8Array;
  writeFile(path: string, content: Uint8Array): void;
}

function engineFiles(client: PGlite): EngineFiles {
  const files: unknown = Reflect.get(client.Module, "FS");
  if (isEngineFiles(files)) return files;
  throw new Error("the engine has no file system");
}

function isEngineFiles(value: unknown): value is EngineFiles {
  return typeof value === "object" && value !== null && "readFile" in value && "writeFile" in value;
}

function sharedBufferOf({ buffer }: { readonly buffer: unknown }): SharedArrayBuffer {
  if (buffer instanceof SharedArrayBuffer) return buffer;
  throw new Error("the engine's memory is not shared");
}

/** The address of a variable of Postgres, which the engine exports. */
function addressOf(client: PGlite, name: string): number {
  const address: unknown = Reflect.get(client.Module, name);
  if (typeof address === "number") return address;
  throw new Error(`the engine does not export ${name}`);
}
