import { readFileSync } from "node:fs";
import type { Setting } from "./setting.ts";
import type { SettingsProblem } from "./settings-error.ts";

/** Environment variables by name. A name that is missing or undefined is unset. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where the value of a setting comes from: the variable itself, or the file that `NAME_FILE` names. */
export type GivenSource = "environment" | "file";

/** Where the value of a setting comes from, or null when it is unset or empty. */
export function findSource(
  name: string,
  setting: Setting,
  environment: Environment,
): GivenSource | null {
  const own = environment[name];
  if (own !== undefined && (own !== "" || setting.mayBeEmpty === true)) return "environment";
  return (environment[`${name}_FILE`] ?? "") === "" ? null : "file";
}

/** The string value of a setting that is set, or the problem with it. Reads the file of `NAME_FILE`. */
export function readGiven(
  name: string,
  setting: Setting,
  environment: Environment,
): string | SettingsProblem {
  const path = environment[`${name}_FILE`] ?? "";
  if (findSource(name, setting, environment) === "environment") {
    if (path !== "")
      return { name, issue: `is set twice, also as ${name}_FILE: remove one of them` };
    return environment[name] ?? "";
  }
  return readSettingFile(name, path, setting.mayBeEmpty === true);
}

/** An empty file is usually a secret that was not written or mounted. Treating it as unset would hide that. */
function readSettingFile(
  name: string,
  path: string,
  mayBeEmpty: boolean,
): string | SettingsProblem {
  const fileName = `${name}_FILE`;
  try {
    const content = new TextDecoder("utf-8", { fatal: true })
      .decode(readFileSync(path))
      .replace(/\r?\n$/, "");
    if (content === "" && !mayBeEmpty) return { name: fileName, issue: "names an empty file" };
    return content;
  } catch (error) {
    if (error instanceof TypeError)
      return { name: fileName, issue: "names a file that is not UTF-8 text" };
    return { name: fileName, issue: `names a file that cannot be read (${errorCode(error)})` };
  }
}

/** The code of a system error, such as ENOENT. Its message must not be printed, because it holds the path. */
export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "unknown error";
}
