import { open } from "node:fs/promises";

import { errorCode } from "../../platform/config/read-given.ts";
import { CommandError, exitCodes } from "./exit.ts";

/**
 * The bytes of a file that an argument or option names, or of standard input for `-`. Throws `CommandError`, with the name of the
 * argument or option, if it cannot be read.
 */
export async function openInput(path: string, name: string): Promise<AsyncIterable<Uint8Array>> {
  if (path === "-") return process.stdin;
  try {
    const file = await open(path);
    if (!(await file.stat()).isDirectory()) return file.createReadStream();
    await file.close();
  } catch (error) {
    throw unreadable(name, errorCode(error));
  }
  throw unreadable(name, "EISDIR");
}

/** The text of such a file. */
export async function readInput(path: string, name: string): Promise<string> {
  const parts = await Array.fromAsync(await openInput(path, name));
  return Buffer.concat(parts).toString();
}

function unreadable(name: string, code: string | undefined): CommandError {
  return new CommandError(`the file of ${name} is not readable (${code})`, exitCodes.usage);
}
