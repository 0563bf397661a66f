import type { Command } from "commander";

import type { Database } from "../../platform/db/port.ts";
import { type Context, createContext } from "../../platform/platform.ts";
import type { PlatformOverrides } from "../create-platform.ts";
import { fullName } from "./command-names.ts";
import { createCommandPlatform, loadCommandSettings } from "./command-setup.ts";

/** Runs a command's work on the database of the settings, with the operator as the actor. */
export async function asOperator<T>(
  command: Command,
  work: (ctx: Context, database: Database) => Promise<T>,
  overrides: PlatformOverrides = {},
): Promise<T> {
  const platform = createCommandPlatform(loadCommandSettings(command).settings, overrides);
  try {
    await platform.database.open();
    const requestId = `command-${platform.random.token(96)}`;
    const origin = { requestId, ipAddress: null, userAgent: fullName(command) };
    const ctx = createContext(platform, { kind: "operator" }, origin);
    return await work(ctx, platform.database);
  } finally {
    await platform.database.close();
  }
}
