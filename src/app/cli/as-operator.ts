import type { Command } from "commander";

import { type Context, createContext } from "../../platform/platform.ts";
import { createCommandPlatform, loadCommandSettings } from "./command-setup.ts";

/** Runs a command's work on the database of the settings, with the operator as the actor. */
export async function asOperator<T>(
  command: Command,
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  const platform = createCommandPlatform(loadCommandSettings(command).settings);
  try {
    await platform.database.open();
    const requestId = `command-${platform.random.token(96)}`;
    const origin = { requestId, ipAddress: null, userAgent: nameOf(command) };
    return await work(createContext(platform, { kind: "operator" }, origin));
  } finally {
    await platform.database.close();
  }
}

/** The full name of a command, such as `gatehouse keys rotate`. Audit rows hold it as the user agent. */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}
