import { join } from "node:path";

import { outputOf } from "./child-output.ts";
import type { TestApp } from "./test-app.ts";

const root = join(import.meta.dir, "../..");

/** The environment of a process of its own that uses the database of a running app. */
export function environmentOf(app: TestApp): Record<string, string> {
  const { databaseUrl, dataDir, jwtSecretKey, jwtAlgorithm } = app.platform.settings;
  return {
    ENVIRONMENT: "test",
    PUBLIC_URL: "http://localhost:8000",
    DATABASE_URL: databaseUrl ?? "",
    DATA_DIR: dataDir,
    JWT_SECRET_KEY: jwtSecretKey,
    JWT_ALGORITHM: jwtAlgorithm,
  };
}

/** Runs the program from its sources to its end, with the settings of a running app. */
export async function runFromSource(
  app: TestApp,
  commandLine: string,
  settings: Record<string, string> = {},
) {
  const child = Bun.spawn([process.execPath, "src/main.ts", ...commandLine.split(" ")], {
    cwd: root,
    env: { ...environmentOf(app), ...settings },
    stdout: "pipe",
    stderr: "pipe",
  });
  return outputOf(child);
}
