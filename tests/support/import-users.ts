import {
  type ForeignSource,
  type ImportCounts,
  importUsers,
  type LineFault,
  readForeignUsers,
  readUsers,
} from "../../src/features/user-import/index.ts";
import type { Context } from "../../src/platform/platform.ts";
import { operatorOf } from "./operator.ts";
import type { TestApp } from "./test-app.ts";

/** A file with a line for each entry: a text as it is, anything else as its JSON. */
export function fileOf(lines: readonly unknown[]): string {
  return lines
    .map((line) => `${typeof line === "string" ? line : JSON.stringify(line)}\n`)
    .join("");
}

/** Imports a file's content as the command does; gives the counts and the reported faults. */
export async function importFile(
  app: TestApp,
  file: string | Uint8Array,
  { isDryRun = false, ctx = operatorOf(app) }: { isDryRun?: boolean; ctx?: Context } = {},
): Promise<Pick<ImportCounts, "imported" | "present" | "refused"> & { faults: LineFault[] }> {
  const faults: LineFault[] = [];
  const { imported, present, refused } = await importUsers(ctx, readUsers(chunksOf(file)), {
    isDryRun,
    isForeign: false,
    onFault: (fault) => faults.push(fault),
  });
  return { imported, present, refused, faults };
}

/** The bytes of a file in chunks of an odd size, so that lines and characters are cut in two. */
export async function* chunksOf(file: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(file);
  const chunk = new Uint8Array(1009);
  for (let begin = 0; begin < bytes.length; begin += chunk.length) {
    const part = bytes.subarray(begin, begin + chunk.length);
    // Who reads a file uses one piece of memory again and again.
    chunk.set(part);
    yield await Promise.resolve(chunk.subarray(0, part.length));
  }
}

/** Imports another service's file as the command does. */
export async function importForeign(
  app: TestApp,
  source: ForeignSource,
  file: string | Uint8Array,
  isDryRun = false,
): Promise<ImportCounts & { faults: LineFault[]; unit: string }> {
  const faults: LineFault[] = [];
  const ctx = operatorOf(app);
  const users = await readForeignUsers(ctx, source, chunksOf(file));
  const onFault = (fault: LineFault): void => {
    faults.push(fault);
  };
  const counts = await importUsers(ctx, users, { isDryRun, isForeign: true, onFault });
  return { ...counts, faults, unit: users.unit };
}
