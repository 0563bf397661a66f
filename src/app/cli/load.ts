import { systemRandom } from "../../kernel/random.ts";
import { readEnvironment } from "../../platform/config/environment.ts";
import { type LoadedSettings, loadSettings } from "../../platform/config/load-settings.ts";
import type { Environment } from "../../platform/config/read-given.ts";

/** The options that every command has. */
export interface CommonOptions {
  readonly envFile?: string;
}

/** The settings of this process, judged. Throws `SettingsError`. */
export function loadCommandSettings(
  options: CommonOptions,
): LoadedSettings & { environment: Environment } {
  const environment = readEnvironment(options.envFile);
  const loaded = loadSettings(environment, {
    isTerminal: process.stdout.isTTY,
    generateSecret: () => systemRandom.token(256),
  });
  return { ...loaded, environment };
}
