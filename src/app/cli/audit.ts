import { Command, InvalidArgumentError } from "commander";

import {
  type AuditReport,
  beginNewChain,
  type ChainPosition,
  formatChainPosition,
  parseChainPosition,
  type Pruned,
  pruneAuditLog,
  verifyAuditLog,
} from "../../features/audit/index.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { parseDurationSeconds } from "../../kernel/duration.ts";
import { asOperator } from "./as-operator.ts";
import { CommandError } from "./exit.ts";

interface VerifyOptions {
  readonly expect?: ChainPosition;
  readonly json?: true;
}

/** `gatehouse audit verify|begin-new-chain|prune`: verifies the audit log, seals it with a new key, deletes its oldest rows. */
export function auditCommand(): Command {
  const audit = new Command("audit").description(
    "verify the audit log, begin a new chain, or delete its oldest rows",
  );
  audit
    .command("verify")
    .description("verify every row of the audit log; exit code 1 if one was changed or is missing")
    .option(
      "--expect <head>",
      "a head that was printed or logged earlier and must still be in the chain",
      readHead,
    )
    .option("--json", "print JSON")
    .action(async ({ expect, json }: VerifyOptions, command: Command) => {
      const report = await asOperator(command, (ctx) => verifyAuditLog(ctx, expect));
      if (json) process.stdout.write(asJson(report));
      if (report.overdue > 0) process.stderr.write(overdueWarning(report));
      if (report.fault !== null)
        throw new CommandError(`the audit log is not intact: ${report.fault}`);
      if (!json) process.stdout.write(asText(report));
    });
  audit
    .command("begin-new-chain")
    .description(
      "after a leak of the secrets, seal the audit log with a new key; earlier rows can still be verified",
    )
    .option(
      "--key-lost",
      "the secret that sealed the old key is lost: the old rows are taken as found",
    )
    .option("--json", "print JSON")
    .action(async (options: { keyLost?: true; json?: true }, command: Command) => {
      const isKeyLost = options.keyLost === true;
      const after = await asOperator(command, (ctx) => beginNewChain(ctx, { isKeyLost }));
      process.stdout.write(
        options.json
          ? `${JSON.stringify({ first_row: after.sequence + 1, after: formatChainPosition(after) }, null, 2)}\n`
          : `A new chain begins with row ${after.sequence + 1}. Its first row contains the end of the old one: ${formatChainPosition(after)}\n`,
      );
    });
  audit
    .command("prune")
    .description("delete the oldest rows of the audit log, for example when the disk is full")
    .requiredOption("--older-than <duration>", "the age of the rows, such as 30d", readAge)
    .action(async ({ olderThan }: { olderThan: number }, command: Command) => {
      const pruned = await asOperator(
        command,
        (ctx, database) => pruneAuditLog(ctx, addSeconds(ctx.clock.now(), -olderThan), database),
        { writesToTheEnd: true },
      );
      process.stdout.write(pruneText(pruned));
    });
  return audit;
}

function readHead(text: string): ChainPosition {
  const head = parseChainPosition(text);
  if (head === null)
    throw new InvalidArgumentError("It must be a head as printed by this command or in the log.");
  return head;
}

function readAge(text: string): number {
  const seconds = parseDurationSeconds(text);
  if (seconds === null)
    throw new InvalidArgumentError("It must be a duration, written like 30s, 15m, 24h or 7d.");
  return seconds;
}

function pruneText({ deleted, isCompacted }: Pruned): string {
  const count = `Rows deleted: ${deleted}.\n`;
  if (isCompacted !== false) return count;
  return `${count}Their space can be reused by new rows, but was not given back to the disk: that takes space for a copy of the others, and is done only while no server runs.\n`;
}

function asText({ head, deletedUpTo, deletedAt, waiting, chains }: AuditReport): string {
  const last = head?.sequence ?? 0;
  const lines = [
    last > deletedUpTo
      ? `The audit log is intact: rows ${deletedUpTo + 1} to ${last}.`
      : "The audit log is intact: it has no sealed rows.",
    ...(chains.length > 1 ? chains.map(describeChain) : []),
    deletedUpTo > 0
      ? `Rows up to ${deletedUpTo} were deleted by AUDIT_RETENTION or "audit prune", most recently on ${deletedAt?.toISOString() ?? "-"}.`
      : null,
    waiting > 0 ? `Rows not sealed yet, and not verified: ${waiting}.` : null,
    head && last > 0 ? `Head: ${formatChainPosition(head)}` : null,
  ];
  return `${lines.filter((line) => line !== null).join("\n")}\n`;
}

function describeChain({ from, upTo, isKeyAvailable }: AuditReport["chains"][number]): string {
  const how = isKeyAvailable
    ? "verified with its key"
    : "its key is not available; its rows are what they were when the next chain began";
  return `Chain of rows ${from} to ${upTo}: ${how}.`;
}

function overdueWarning({ overdue }: AuditReport): string {
  return `gatehouse: rows not sealed for more than a minute: ${overdue}. A running server seals rows within seconds; its log shows why it did not.\n`;
}

function asJson(verified: AuditReport): string {
  const { fault, head, deletedUpTo, deletedAt, waiting, overdue, chains } = verified;
  const report = {
    intact: fault === null,
    fault,
    head: head && formatChainPosition(head),
    rows: (head?.sequence ?? 0) - deletedUpTo,
    deleted_up_to: deletedUpTo,
    deleted_at: deletedAt?.toISOString() ?? null,
    waiting,
    overdue,
    chains: chains.map(({ from, upTo, isKeyAvailable }) => ({
      from,
      up_to: upTo,
      key_available: isKeyAvailable,
    })),
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
