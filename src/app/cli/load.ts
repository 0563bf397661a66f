import type { Command } from "commander";

import { systemRandom } from "../../kernel/random.ts";
import { type GivenEnvironment, readEnvironment } from "../../platform/config/environment.ts";
import {
  validateSettings,
  type LoadedSettings,
  loadSettings,
} from "../../platform/config/load-settings.ts";

/** Settings, and the environment that they were read from. */
export type CommandSettings = LoadedSettings & { readonly given: GivenEnvironment };

/** The settings of this process, judged; makes and keeps a development secret. Throws `SettingsError`. */
export function loadCommandSettings(command: Command): CommandSettings {
  const given = readGivenEnvironment(command);
  const loaded = loadSettings(given.environment, {
    isTerminal: process.stdout.isTTY,
    generateSecret: () => systemRandom.token(256),
  });
  return { ...loaded, given };
}

/** The same for commands that neither sign nor seal: nothing is written, and `jwtSecretKey` may be empty. */
export function readCommandSettings(command: Command): CommandSettings {
  const given = readGivenEnvironment(command);
  return { ...validateSettings(given.environment, process.stdout.isTTY), given };
}

function readGivenEnvironment(command: Command): GivenEnvironment {
  return readEnvironment(command.optsWithGlobals<{ envFile?: string }>().envFile);
}
