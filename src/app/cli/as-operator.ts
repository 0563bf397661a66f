import type { Command } from "commander";

import { createLogger } from "../../platform/log/pino-logger.ts";
import { type Context, createContext } from "../../platform/platform.ts";
import { createPlatform } from "../create-platform.ts";
import { loadCommandSettings } from "./load.ts";

/**
 * Does a command's work on the database that the settings name, with the operator as the one who acts. The log goes to
 * standard error: standard output is for what the command gives.
 */
export async function asOperator<T>(
  command: Command,
  work: (ctx: Context) => Promise<T>,
): Promise<T> {
  const { settings } = loadCommandSettings(command);
  const { logLevel: level, logFormat: format, serviceName: service } = settings;
  const log = createLogger({ level, format, service }, process.stderr);
  const platform = createPlatform(settings, { log });
  try {
    await platform.database.open();
    const requestId = `command-${platform.random.token(96)}`;
    const origin = { requestId, ipAddress: null, userAgent: null };
    return await work(createContext(platform, { kind: "operator" }, origin));
  } finally {
    await platform.database.close();
  }
}
