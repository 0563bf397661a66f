import type { Settings } from "../../platform/config/settings.ts";
import { createLogger } from "../../platform/log/pino-logger.ts";
import { createPlatform, type RunningPlatform } from "../create-platform.ts";

/** The platform of a command that ends. It logs to standard error: standard output is for what the command gives. */
export function createCommandPlatform(settings: Settings): RunningPlatform {
  const { logLevel: level, logFormat: format, serviceName: service } = settings;
  return createPlatform(settings, {
    log: createLogger({ level, format, service }, process.stderr),
  });
}
