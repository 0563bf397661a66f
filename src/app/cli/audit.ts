import { Command, InvalidArgumentError } from "commander";

import {
  type AuditReport,
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

/** `gatehouse audit verify|prune`: verifies that the audit log was not changed; deletes its oldest rows. */
export function auditCommand(): Command {
  const audit = new Command("audit").description("verify or shorten the audit log");
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
  return `${count}Their space can be reused by new rows, but was not given back to the disk: there is too little space to copy the others.\n`;
}

function asText({ head, deletedUpTo, deletedAt, waiting }: AuditReport): string {
  const last = head?.sequence ?? 0;
  const lines = [
    last > deletedUpTo
      ? `The audit log is intact: rows ${deletedUpTo + 1} to ${last}.`
      : "The audit log is intact: it has no sealed rows.",
    deletedUpTo > 0
      ? `Rows up to ${deletedUpTo} were deleted by AUDIT_RETENTION or "audit prune", most recently on ${deletedAt?.toISOString() ?? "-"}.`
      : null,
    waiting > 0 ? `Rows not sealed yet, and not verified: ${waiting}.` : null,
    head && last > 0 ? `Head: ${formatChainPosition(head)}` : null,
  ];
  return `${lines.filter((line) => line !== null).join("\n")}\n`;
}

function overdueWarning({ overdue }: AuditReport): string {
  return `gatehouse: rows not sealed for more than a minute: ${overdue}. A running server seals rows within seconds; its log shows why it did not.\n`;
}

function asJson({ fault, head, deletedUpTo, deletedAt, waiting, overdue }: AuditReport): string {
  const report = {
    intact: fault === null,
    fault,
    head: head && formatChainPosition(head),
    rows: (head?.sequence ?? 0) - deletedUpTo,
    deleted_up_to: deletedUpTo,
    deleted_at: deletedAt?.toISOString() ?? null,
    waiting,
    overdue,
  };
  return `${JSON.stringify(report, null, 2)}\n`;
}
