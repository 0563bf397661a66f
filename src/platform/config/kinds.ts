import { resolve } from "node:path";
import {
  type TArray,
  type TBoolean,
  type TInteger,
  type TLiteral,
  type TString,
  type TUnion,
  Type,
} from "@sinclair/typebox";
import { formatDurationSeconds, parseDurationSeconds } from "../../kernel/duration.ts";
import type { Kind } from "./setting.ts";

/** Control characters and lone surrogates, which no setting may hold. */
const unprintable = /[\p{Cc}\p{Cs}]/u;

/** A duration in whole seconds, between two durations inclusive; the key ends in `Seconds`. */
export function duration(shortest: string, longest: string): Kind<TInteger, "Seconds"> {
  const minimum = parseDurationSeconds(shortest) ?? Number.NaN;
  const maximum = parseDurationSeconds(longest) ?? Number.NaN;
  return {
    schema: Type.Integer({ minimum, maximum }),
    suffix: "Seconds",
    expected: `a duration from ${shortest} to ${longest}, written like 30s, 15m, 24h or 7d`,
    read: parseDurationSeconds,
    show: formatDurationSeconds,
  };
}

/** A comma-separated list of durations in ascending order, which may be empty; the key ends in `Seconds`. */
export function durations(
  shortest: string,
  longest: string,
  maximumCount: number,
): Kind<TArray<TInteger>, "Seconds"> {
  const { schema } = duration(shortest, longest);
  return {
    schema: Type.Array(schema, { maxItems: maximumCount }),
    suffix: "Seconds",
    expected: `at most ${maximumCount} durations from ${shortest} to ${longest}, comma separated, each longer than the one before, such as 24h,72h`,
    read: (given) => {
      const list = splitList(given).map(parseDurationSeconds);
      const isAscending = list.every((seconds, place) => (seconds ?? 0) > (list[place - 1] ?? 0));
      return isAscending ? list : undefined;
    },
    show: (list) => list.map(formatDurationSeconds).join(","),
  };
}

/** A decimal whole number without sign or leading zeros, between two bounds inclusive. */
export function integer(minimum: number, maximum: number): Kind<TInteger, ""> {
  return {
    schema: Type.Integer({ minimum, maximum }),
    suffix: "",
    expected: `a whole number from ${minimum} to ${maximum}`,
    read: readInteger,
    show: String,
  };
}

/** `true` or `false`, nothing else. */
export const boolean: Kind<TBoolean, ""> = {
  schema: Type.Boolean(),
  suffix: "",
  expected: "true or false",
  read: (text) => (text === "true" || text === "false" ? text === "true" : undefined),
  show: String,
};

const bytesOfSizeUnit: Readonly<Record<string, number>> = { "": 1, KiB: 1_024, MiB: 1_048_576 };

/** A size in bytes such as `64KiB`, `1MiB` or `65536`; the key ends in `Bytes`. */
export function size(smallest: string, largest: string): Kind<TInteger, "Bytes"> {
  return {
    schema: Type.Integer({
      minimum: readSizeBytes(smallest) ?? Number.NaN,
      maximum: readSizeBytes(largest) ?? Number.NaN,
    }),
    suffix: "Bytes",
    expected: `a size from ${smallest} to ${largest}, written like 64KiB, 1MiB or 65536 (bytes)`,
    read: readSizeBytes,
    show: showSizeBytes,
  };
}

/** One of a fixed set of words. */
export function choice<Word extends string>(
  ...words: [Word, ...Word[]]
): Kind<TUnion<TLiteral<Word>[]>, ""> {
  return {
    schema: Type.Union(words.map((word) => Type.Literal(word))),
    suffix: "",
    expected: words.length === 1 ? words[0] : `one of ${words.join(", ")}`,
    read: (text) => text,
    show: (word) => word,
  };
}

const levels = ["fatal", "error", "warn", "info", "debug", "trace"] as const;
const otherLevels: Readonly<Record<string, string>> = { warning: "warn", critical: "fatal" };

/** A level of log lines, in any case. `warning` and `critical` are other words for `warn` and `fatal`. */
export const logLevel: Kind<TUnion<TLiteral<(typeof levels)[number]>[]>, ""> = {
  ...choice(...levels),
  expected: `one of ${levels.join(", ")}, in any case; warning and critical mean warn and fatal`,
  read: (text) => otherLevels[text.toLowerCase()] ?? text.toLowerCase(),
};

/** A comma-separated list of words from a fixed set, each at most once, which may be empty. */
export function choices<Word extends string>(
  ...words: [Word, ...Word[]]
): Kind<TArray<TUnion<TLiteral<Word>[]>>, ""> {
  return {
    schema: Type.Array(Type.Union(words.map((word) => Type.Literal(word))), { uniqueItems: true }),
    suffix: "",
    expected: `any of ${words.join(", ")}, comma separated, each once`,
    read: splitList,
    show: (list) => list.join(","),
  };
}

/** A comma-separated list of usernames, which may be empty. Names that differ only in case are the same. */
export const usernames: Kind<TArray<TString>, ""> = {
  schema: Type.Array(Type.String({ pattern: "^[a-z0-9][a-z0-9._-]{0,63}$" }), {
    uniqueItems: true,
  }),
  suffix: "",
  expected:
    "usernames such as billing,sales, comma separated, each once: at most 64 letters, digits and . _ -, beginning with a letter or digit",
  read: (given) => splitList(given).map((name) => name.toLowerCase()),
  show: (list) => list.join(","),
};

/** A comma-separated list of scopes (RFC 6749 §3.3), which may be empty. */
export const scopeNames: Kind<TArray<TString>, ""> = {
  schema: Type.Array(Type.String({ pattern: String.raw`^[!#-+\--[\]-~]{1,100}$` }), {
    uniqueItems: true,
    maxItems: 40,
  }),
  suffix: "",
  expected: "up to 40 scopes such as invoices:read,invoices:write, comma separated, each once",
  read: splitList,
  show: (list) => list.join(","),
};

/** One line of text without spaces at its start and end. */
export function text(maximumLength: number): Kind<TString, ""> {
  return {
    schema: Type.String({ minLength: 1, maxLength: maximumLength }),
    suffix: "",
    expected: `one line of at most ${maximumLength} characters, with no space at either end`,
    read: (given) => (unprintable.test(given) || given !== given.trim() ? undefined : given),
    show: (value) => value,
  };
}

/** A secret with a minimum length in bytes of UTF-8. Control characters, such as line breaks, are refused. */
export function secret(minimumBytes: number): Kind<TString, ""> {
  const length =
    minimumBytes > 1 ? `of ${minimumBytes} bytes or more` : "of at least one character";
  return {
    schema: Type.String({ maxLength: 4096 }),
    suffix: "",
    expected: `a secret ${length}, on one line`,
    read: (given) =>
      unprintable.test(given) || Buffer.byteLength(given) < minimumBytes ? undefined : given,
    show: () => "[set]",
  };
}

/** A directory. A relative path is resolved against the working directory. */
export const directory: Kind<TString, ""> = {
  schema: Type.String(),
  suffix: "",
  expected: "the path of a directory",
  read: (given) => (unprintable.test(given) || given !== given.trim() ? undefined : resolve(given)),
  show: (path) => path,
};

/** The parts of a comma-separated list without the spaces around them. An empty string has none. */
export function splitList(given: string): string[] {
  return given === "" ? [] : given.split(",").map((part) => part.trim());
}

function readInteger(given: string): number | undefined {
  return /^(?:0|[1-9]\d{0,14})$/.test(given) ? Number(given) : undefined;
}

function readSizeBytes(given: string): number | undefined {
  const [, amount = "", unit = ""] = /^(\d+)(KiB|MiB|)$/.exec(given) ?? [];
  const number = readInteger(amount);
  return number === undefined ? undefined : number * (bytesOfSizeUnit[unit] ?? Number.NaN);
}

function showSizeBytes(bytes: number): string {
  const units = Object.entries(bytesOfSizeUnit).toReversed();
  const [unit, unitBytes] = units.find(([, unitSize]) => bytes % unitSize === 0) ?? ["", 1];
  return `${bytes / unitBytes}${unit}`;
}
