import enginePath from "@electric-sql/pglite/pglite.wasm" with { type: "file" };

let engine: Promise<WebAssembly.Module> | null = null;

/** The WebAssembly module of the embedded Postgres. It is compiled once in a process, for any number of databases. */
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
