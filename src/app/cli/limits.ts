import { Command, InvalidArgumentError } from "commander";

import {
  clearLimits,
  limitNames,
  type CountFilter,
  type ListedCount,
  listLimits,
} from "../../features/limits/index.ts";
import { asOperator } from "./as-operator.ts";
import { readCount } from "./read-arguments.ts";
import { tableWithHeadings } from "./table.ts";

interface FilterOptions {
  readonly limit?: string;
}

interface ListOptions extends FilterOptions {
  readonly max: number;
  readonly json?: true;
}

const sourceText = "an email address, a username as `username NAME`, a client address or a session";

/** `gatehouse limits list|clear`: which sources are limited, and admitting them again. */
export function limitsCommand(): Command {
  const limits = new Command("limits").description("list or clear the counts of limits");
  limits
    .command("list")
    .description("list the counts that are in force, by limit and source")
    .argument("[source]", `only counts of this source: ${sourceText}`)
    .option(
      "--limit <name>",
      "only counts of this limit, such as failed-sign-ins-by-account",
      readLimitName,
    )
    .option("--max <count>", "the maximum number of lines", readCount(1, 10_000), 1000)
    .option("--json", "print JSON")
    .action(async (source: string | undefined, options: ListOptions, command: Command) => {
      const { max, json } = options;
      const counts = await asOperator(command, (ctx) =>
        listLimits(ctx, filterOf(source, options), max),
      );
      process.stdout.write(json ? asJson(counts) : asTable(counts));
    });
  limits
    .command("clear")
    .description("delete counts, so that their sources are admitted again on every replica")
    .argument("[source]", `only counts of this source: ${sourceText}; all counts without it`)
    .option("--limit <name>", "only counts of this limit", readLimitName)
    .action(async (source: string | undefined, options: FilterOptions, command: Command) => {
      const count = await asOperator(command, (ctx) => clearLimits(ctx, filterOf(source, options)));
      process.stdout.write(`cleared ${count} ${count === 1 ? "count" : "counts"}\n`);
    });
  return limits;
}

function readLimitName(name: string): string {
  if (limitNames.has(name)) return name;
  throw new InvalidArgumentError(`It must be one of ${[...limitNames].toSorted().join(", ")}.`);
}

function filterOf(source: string | undefined, { limit }: FilterOptions): CountFilter {
  const isAddress = source?.includes("@") === true;
  return {
    source: (isAddress ? source?.trim().toLowerCase() : source) ?? null,
    limitName: limit ?? null,
  };
}

function asJson(counts: readonly ListedCount[]): string {
  const items = counts.map(({ limitName, source, points, windowEndsAt, blockedUntil }) => ({
    limit: limitName,
    source,
    points,
    window_ends_at: windowEndsAt,
    blocked_until: blockedUntil,
  }));
  return `${JSON.stringify({ items }, null, 2)}\n`;
}

function asTable(counts: readonly ListedCount[]): string {
  if (counts.length === 0) return "no limit has a count\n";
  const lines = tableWithHeadings([
    ["LIMIT", "SOURCE", "POINTS", "WINDOW ENDS", "BLOCKED UNTIL"],
    ...counts.map(({ limitName, source, points, windowEndsAt, blockedUntil }) => [
      limitName,
      source,
      String(points),
      windowEndsAt.toISOString(),
      blockedUntil?.toISOString() ?? "-",
    ]),
  ]);
  return `${lines.join("\n")}\n`;
}
