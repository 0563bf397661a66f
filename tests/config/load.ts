import { type LoadedSettings, loadSettings } from "../../src/platform/config/load-settings.ts";
import { SettingsError, type SettingsProblem } from "../../src/platform/config/settings-error.ts";

/** 32 random bytes in hex, as good a secret as any. */
export const goodSecret = "9f1c64e2ab07d8530e7b91f4c26ad3587be0194fd63c82a5471e90bc5d28f36a";

/** What a production installation sets at the least. */
export const production = {
  ENVIRONMENT: "production",
  PUBLIC_URL: "https://auth.example.com",
  JWT_SECRET_KEY: goodSecret,
  SMTP_SERVER: "smtp.example.com",
  SMTP_FROM_EMAIL: "auth@example.com",
};

/** Loads settings that must not need a secret made: one is given unless the environment gives it. */
export function load(environment: Record<string, string | undefined>): LoadedSettings {
  return loadSettings(
    { JWT_SECRET_KEY: goodSecret, ...environment },
    {
      isTerminal: false,
      generateSecret: () => {
        throw new Error("no secret was to be made");
      },
    },
  );
}

/** The problems of settings that must be refused. */
export function problemsOf(
  environment: Record<string, string | undefined>,
): readonly SettingsProblem[] {
  try {
    load(environment);
  } catch (error) {
    if (error instanceof SettingsError) return error.problems;
    throw error;
  }
  throw new Error("the settings were accepted");
}

/** The names that are refused, in the order of the report. */
export function refusedNames(environment: Record<string, string | undefined>): string[] {
  return problemsOf(environment).map(({ name }) => name);
}
