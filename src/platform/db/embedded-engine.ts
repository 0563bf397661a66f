import enginePath from "@electric-sql/pglite/pglite.wasm" with { type: "file" };

let engine: Promise<WebAssembly.Module> | null = null;

/** The embedded Postgres's machine code: compiled once in a process, whatever number of databases it opens. */
export function compileEngine(): Promise<WebAssembly.Module> {
  engine ??= Bun.file(enginePath)
    .arrayBuffer()
    .then((bytes) => WebAssembly.compile(bytes))
    .catch((error: unknown) => {
      engine = null;
      throw error;
    });
  return engine;
}
