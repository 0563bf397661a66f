import type { Command } from "commander";

import { type Context, createContext } from "../../platform/platform.ts";
import { createCommandPlatform } from "./command-platform.ts";
import { loadCommandSettings } from "./load.ts";

/** Does a command's work on the database that the settings name, with the operator as the one who acts. */
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

/** The whole name, such as `gatehouse keys rotate`: the audit log says by what it was done. */
function nameOf(command: Command): string {
  return command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;
}
