import { Command } from "commander";

import { readOutboxStatus, type TopicStatus } from "../../platform/outbox/read-status.ts";
import { asOperator } from "./as-operator.ts";
import { tableLines } from "./table.ts";

/** `gatehouse events status`: counts the events and mails that are not delivered. */
export function eventsCommand(): Command {
  const events = new Command("events").description("show the delivery of mails and events");
  events
    .command("status")
    .description("count messages that are waiting, failing or dead; their content is not shown")
    .option("--json", "print JSON")
    .action(async (options: { json?: true }, command: Command) => {
      const topics = await asOperator(command, ({ db, clock }) =>
        readOutboxStatus(db, clock.now()),
      );
      process.stdout.write(options.json ? asJson(topics) : asTable(topics));
    });
  return events;
}

function asTable(topics: readonly TopicStatus[]): string {
  if (topics.length === 0) return "no messages waiting or dead\n";
  const lines = tableLines([
    ["TOPIC", "WAITING", "DUE", "RETRYING", "DEAD", "OLDEST", "LAST ERROR"],
    ...topics.map(({ topic, waiting, due, retrying, dead, oldestAt, lastError }) => [
      topic,
      ...[waiting, due, retrying, dead].map(String),
      oldestAt?.toISOString() ?? "-",
      lastError ?? "-",
    ]),
  ]);
  return `${lines.join("\n")}\n`;
}

function asJson(topics: readonly TopicStatus[]): string {
  const items = topics.map(({ oldestAt, lastError, ...rest }) => ({
    ...rest,
    oldest_at: oldestAt?.toISOString() ?? null,
    last_error: lastError,
  }));
  return `${escapeControls(JSON.stringify({ topics: items }, null, 2))}\n`;
}

/** JSON does not escape the C1 control characters. In a mail server's error message they could control the terminal. */
function escapeControls(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
