import { Value } from "@sinclair/typebox/value";

import { type Environment, findSource, readGiven } from "./read-given.ts";
import type { Setting } from "./setting.ts";
import type { SettingsProblem } from "./settings-error.ts";

/** The value of a setting, or null with the problem. */
export type ReadValue =
  | { readonly value: unknown; readonly problem: null }
  | { readonly value: null; readonly problem: SettingsProblem };

/** Reads a setting whose default is not computed: the value that is set, or the default. */
export function readOne(name: string, setting: Setting, environment: Environment): ReadValue {
  if (findSource(name, setting, environment) !== null) return readSet(name, setting, environment);
  const { default: text } = setting;
  return { value: typeof text === "string" ? setting.kind.read(text) : null, problem: null };
}

/** Reads a setting that is set. */
export function readSet(name: string, setting: Setting, environment: Environment): ReadValue {
  const given = readGiven(name, setting, environment);
  if (typeof given !== "string") return { value: null, problem: given };
  const { kind } = setting;
  const value = kind.read(given);
  if (Value.Check(kind.schema, value)) return { value, problem: null };
  const issue = kind.explain?.(given) ?? `must be ${kind.expected}`;
  return { value: null, problem: { name, issue } };
}
