import type { Command } from "commander";

import { systemRandom } from "../../kernel/random.ts";
import { readEnvironment } from "../../platform/config/environment.ts";
import {
  judgeSettings,
  type LoadedSettings,
  loadSettings,
} from "../../platform/config/load-settings.ts";
import type { Environment } from "../../platform/config/read-given.ts";

/** Settings, and the environment that they were read from. */
export type CommandSettings = LoadedSettings & { readonly environment: Environment };

/** The settings of this process, judged; makes and keeps a development secret. Throws `SettingsError`. */
export function loadCommandSettings(command: Command): CommandSettings {
  const environment = environmentOf(command);
  const loaded = loadSettings(environment, {
    isTerminal: process.stdout.isTTY,
    generateSecret: () => systemRandom.token(256),
  });
  return { ...loaded, environment };
}

/** The same for commands that neither sign nor seal: nothing is written, and `jwtSecretKey` may be empty. */
export function readCommandSettings(command: Command): CommandSettings {
  const environment = environmentOf(command);
  return { ...judgeSettings(environment, process.stdout.isTTY), environment };
}

function environmentOf(command: Command): Environment {
  return readEnvironment(command.optsWithGlobals<{ envFile?: string }>().envFile);
}
