import type { Command } from "commander";

import { systemRandom } from "../../kernel/random.ts";
import { type GivenEnvironment, readEnvironment } from "../../platform/config/environment.ts";
import {
  type ExaminedSettings,
  examineSettings,
  validateSettings,
  type LoadedSettings,
  loadSettings,
} from "../../platform/config/load-settings.ts";
import type { Settings } from "../../platform/config/settings.ts";
import { startOrJoin } from "../../platform/db/embedded-shared.ts";
import { createLogger } from "../../platform/log/pino-logger.ts";
import {
  createPlatform,
  type PlatformOverrides,
  type RunningPlatform,
} from "../create-platform.ts";

/** Settings, and the environment from which they were read. */
export type CommandSettings = LoadedSettings & { readonly given: GivenEnvironment };

/** The validated settings of this process. Generates and stores a development secret. Throws `SettingsError`. */
export function loadCommandSettings(command: Command): CommandSettings {
  const given = readGivenEnvironment(command);
  const loaded = loadSettings(given.environment, {
    isTerminal: process.stdout.isTTY,
    envFileProblems: given.envFileProblems,
    generateSecret: () => systemRandom.token(256),
  });
  return { ...loaded, given };
}

/** The same for commands that neither sign nor seal. It writes nothing, and `jwtSecretKey` may be empty. */
export function readCommandSettings(command: Command): CommandSettings {
  const given = readGivenEnvironment(command);
  const { envFileProblems } = given;
  const options = { isTerminal: process.stdout.isTTY, envFileProblems };
  return { ...validateSettings(given.environment, options), given };
}

/** The settings whether or not they are valid, for a report. It writes nothing. */
export function examineCommandSettings(command: Command): ExaminedSettings {
  const { environment, envFileProblems } = readGivenEnvironment(command);
  return examineSettings(environment, { isTerminal: process.stdout.isTTY, envFileProblems });
}

/**
 * The platform of a command. It logs to standard error, because standard output is for the output of the command. While a server
 * runs on the embedded database, the command uses it through that server.
 */
export function createCommandPlatform(
  settings: Settings,
  overrides: PlatformOverrides = {},
): RunningPlatform {
  const { logLevel: level, logFormat: format, serviceName: service } = settings;
  return createPlatform(settings, {
    startPostgres: startOrJoin,
    ...overrides,
    log: createLogger({ level, format, service }, process.stderr),
  });
}

function readGivenEnvironment(command: Command): GivenEnvironment {
  return readEnvironment(command.optsWithGlobals<{ envFile?: string }>().envFile);
}
