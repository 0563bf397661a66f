import { linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { errorCode } from "./read-given.ts";
import { SettingsError } from "./settings-error.ts";

const fileName = "jwt-secret";

/**
 * The signing secret of a development installation: generated once, then stored in the data directory (file 0600,
 * directory 0700). Processes that start at once use the same one. Throws `SettingsError` when it cannot be stored.
 */
export function keepDevelopmentSecret(dataDirectory: string, generateSecret: () => string): string {
  const path = join(dataDirectory, fileName);
  try {
    mkdirSync(dataDirectory, { recursive: true, mode: 0o700 });
    const secret = readIfPresent(path) ?? create(dataDirectory, path, generateSecret());
    if (Buffer.byteLength(secret) >= 32) return secret;
  } catch (error) {
    throw problem(
      "DATA_DIR",
      `names a directory that cannot be written to (${errorCode(error)}): make it writable, or name another one`,
    );
  }
  throw problem(
    "JWT_SECRET_KEY",
    `is unset, and ${fileName} in DATA_DIR is damaged: remove that file, or set JWT_SECRET_KEY`,
  );
}

/** Creating a hard link is atomic and never replaces a file, so the secret of the first process is used. */
function create(dataDirectory: string, path: string, secret: string): string {
  const temporaryDirectory = mkdtempSync(join(dataDirectory, `.${fileName}-`));
  try {
    const temporaryPath = join(temporaryDirectory, fileName);
    writeFileSync(temporaryPath, secret, { mode: 0o600, flag: "wx", flush: true });
    linkSync(temporaryPath, path);
    return secret;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return readFileSync(path, "utf8").trim();
    throw error;
  } finally {
    rmSync(temporaryDirectory, { recursive: true, force: true });
  }
}

function readIfPresent(path: string): string | null {
  try {
    return readFileSync(path, "utf8").trim();
  } catch (error) {
    if (errorCode(error) === "ENOENT") return null;
    throw error;
  }
}

function problem(name: string, issue: string): SettingsError {
  return new SettingsError([{ name, issue }]);
}
