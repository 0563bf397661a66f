import { Command, InvalidArgumentError } from "commander";

import {
  type AuditReport,
  type ChainPosition,
  formatChainPosition,
  parseChainPosition,
  verifyAuditLog,
} from "../../features/audit/index.ts";
import { asOperator } from "./as-operator.ts";
import { CommandError } from "./exit.ts";

interface VerifyOptions {
  readonly expect?: ChainPosition;
  readonly json?: true;
}

/** `gatehouse audit verify`: whether the audit log is what was written. */
export function auditCommand(): Command {
  const audit = new Command("audit").description("check that nobody has changed the audit log");
  audit
    .command("verify")
    .description("check every row of the audit log; exit code 1 names the first that is not intact")
    .option("--expect <head>", "a head noted down before, which must still be there", readHead)
    .option("--json", "print it for programs, as one JSON object")
    .action(async ({ expect, json }: VerifyOptions, command: Command) => {
      const report = await asOperator(command, (ctx) => verifyAuditLog(ctx, expect));
      if (json) process.stdout.write(asJson(report));
      if (report.overdue > 0) process.stderr.write(overdueWarning(report));
      if (report.fault !== null)
        throw new CommandError(`the audit log is not intact: ${report.fault}`);
      if (!json) process.stdout.write(asText(report));
    });
  return audit;
}

function readHead(text: string): ChainPosition {
  const head = parseChainPosition(text);
  if (head === null)
    throw new InvalidArgumentError("It must be a head as it was printed or logged.");
  return head;
}

function asText({ head, deletedUpTo, deletedAt, waiting }: AuditReport): string {
  const last = head?.sequence ?? 0;
  const lines = [
    last > deletedUpTo
      ? `The audit log is intact: rows ${deletedUpTo + 1} to ${last}.`
      : "The audit log is intact: it holds no sealed row.",
    deletedUpTo > 0
      ? `Rows up to ${deletedUpTo} were deleted after AUDIT_RETENTION, the last on ${deletedAt?.toISOString() ?? "-"}.`
      : null,
    waiting > 0 ? `Not sealed yet, and not checked: ${waiting}.` : null,
    head && last > 0 ? `Head: ${formatChainPosition(head)}` : null,
  ];
  return `${lines.filter((line) => line !== null).join("\n")}\n`;
}

function overdueWarning({ overdue }: AuditReport): string {
  return `gatehouse: rows that wait to be sealed for longer than a minute: ${overdue}. A server seals each within seconds; if one runs, its log says why it did not.\n`;
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
