import { open } from "node:fs/promises";

import { errorCode } from "../../platform/config/read-given.ts";
import { CommandError, exitCodes } from "./exit.ts";

/** The bytes of a file that an argument names, or of standard input for `-`. Throws `CommandError` if it cannot be read. */
export async function openInput(path: string): Promise<AsyncIterable<Uint8Array>> {
  if (path === "-") return process.stdin;
  try {
    const file = await open(path);
    if (!(await file.stat()).isDirectory()) return file.createReadStream();
    await file.close();
  } catch (error) {
    throw new CommandError(`file not readable (${errorCode(error)})`, exitCodes.usage);
  }
  throw new CommandError("file not readable (EISDIR)", exitCodes.usage);
}

/** The text of such a file. */
export async function readInput(path: string): Promise<string> {
  const parts = await Array.fromAsync(await openInput(path));
  return Buffer.concat(parts).toString();
}
