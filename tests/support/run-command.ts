import type { Finished } from "./child-output.ts";
import { runGatehouse } from "./executable.ts";
import type { TestApp } from "./test-app.ts";

/** Runs a command of the executable to its end, with the database and the secrets of a running app. */
export async function runCommand(
  app: TestApp,
  commandLine: string,
  settings: Record<string, string> = {},
  input = "",
): Promise<Finished> {
  const { databaseUrl, dataDir, jwtSecretKey, jwtAlgorithm } = app.platform.settings;
  return runGatehouse(commandLine.split(" "), {
    cwd: dataDir,
    input,
    settings: {
      ENVIRONMENT: "test",
      PUBLIC_URL: "http://localhost:8000",
      DATABASE_URL: databaseUrl ?? "",
      DATA_DIR: dataDir,
      JWT_SECRET_KEY: jwtSecretKey,
      JWT_ALGORITHM: jwtAlgorithm,
      ...settings,
    },
  });
}
