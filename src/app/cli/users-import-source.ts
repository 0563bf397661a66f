import { InvalidArgumentError } from "commander";

import {
  findFirebaseHashConfig,
  type ForeignSource,
  foreignSources,
} from "../../features/user-import/index.ts";
import { findNearestName } from "../../platform/config/nearest-name.ts";
import { CommandError, exitCodes } from "./exit.ts";
import { openInput, readInput } from "./input-file.ts";

type SourceName = ForeignSource["name"];

/** The options of `users import` that say where the file is from. */
export interface SourceOptions {
  readonly from?: SourceName;
  readonly passwordHashes?: string;
  readonly hashConfig?: string;
}

/** The name of a service whose exports can be imported. Throws `InvalidArgumentError`, with the name that is probably meant. */
export function readSourceName(text: string): SourceName {
  const name = foreignSources.find((source) => source === text);
  if (name !== undefined) return name;
  const nearest = findNearestName(text, foreignSources);
  const suggestion = nearest === null ? "" : ` Did you mean ${nearest}?`;
  throw new InvalidArgumentError(`It must be one of ${foreignSources.join(", ")}.${suggestion}`);
}

/**
 * The source of these options, whose files are opened; null for a file of this service. `path` is that of the users. Throws
 * `CommandError`.
 */
export async function openSource(
  path: string,
  options: SourceOptions,
): Promise<ForeignSource | null> {
  const { from, passwordHashes, hashConfig } = options;
  if ([path, passwordHashes, hashConfig].filter((each) => each === "-").length > 1) {
    throw new CommandError("only one file can be standard input", exitCodes.usage);
  }
  if (passwordHashes !== undefined && from !== "auth0")
    throw misplaced("--password-hashes", "auth0");
  if (hashConfig !== undefined && from !== "firebase") throw misplaced("--hash-config", "firebase");
  switch (from) {
    case undefined:
      return null;
    case "auth0": {
      const hashes =
        passwordHashes === undefined ? null : await openInput(passwordHashes, "--password-hashes");
      return { name: from, passwordHashes: hashes };
    }
    case "firebase":
      return { name: from, hashConfig: await readHashConfig(hashConfig) };
    default:
      return { name: from };
  }
}

async function readHashConfig(path: string | undefined) {
  if (path === undefined) {
    throw new CommandError(
      "--from firebase needs --hash-config with a file of the project's password hash parameters",
      exitCodes.usage,
    );
  }
  const config = findFirebaseHashConfig(await readInput(path, "--hash-config"));
  if (config !== null) return config;
  throw new CommandError(
    "the file of --hash-config must have base64_signer_key, base64_salt_separator, rounds and mem_cost",
    exitCodes.usage,
  );
}

function misplaced(option: string, name: SourceName): CommandError {
  return new CommandError(`${option} belongs to --from ${name}`, exitCodes.usage);
}
