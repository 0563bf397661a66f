import enginePath from "@electric-sql/pglite/pglite.wasm" with { type: "file" };

import { importSharedMemory } from "./shared-memory-module.ts";

let compiling: Promise<WebAssembly.Module> | null = null;

/** The WebAssembly module of the embedded Postgres. It is compiled once in a process; threads share it. */
export function compiledEngine(): Promise<WebAssembly.Module> {
  compiling ??= compile();
  return compiling;
}

async function compile(): Promise<WebAssembly.Module> {
  return WebAssembly.compile(importSharedMemory(await Bun.file(enginePath).bytes()));
}
