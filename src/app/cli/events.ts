import { Command, InvalidArgumentError, Option } from "commander";

import { recordAudit } from "../../features/audit/index.ts";
import {
  type DestinationStatus,
  eventTypes,
  readDestinationStatus,
  replayEvents,
  type ReplayFilter,
} from "../../features/events/index.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import { readOutboxStatus, type TopicStatus } from "../../platform/outbox/read-status.ts";
import type { Context } from "../../platform/platform.ts";
import { asOperator } from "./as-operator.ts";
import { readSince, type Since } from "./read-since.ts";
import { tableWithHeadings } from "./table.ts";

interface ReplayOptions {
  readonly since?: Since;
  readonly type?: string;
  readonly dead?: true;
  readonly destination?: string;
}

interface Status {
  readonly now: Date;
  readonly destinations: readonly DestinationStatus[];
  readonly topics: readonly TopicStatus[];
}

/** `gatehouse events status|replay`: the delivery of events and mails, and sending events again. */
export function eventsCommand(): Command {
  const events = new Command("events").description(
    "show the delivery of events and mails, or send events again",
  );
  events
    .command("status")
    .description("count what is waiting, failing or dead; contents are not shown")
    .option("--json", "print JSON")
    .action(async (options: { json?: true }, command: Command) => {
      const status = await asOperator(command, readStatus);
      process.stdout.write(options.json ? asJson(status) : asTables(status));
    });
  events
    .command("replay")
    .description(
      "send events again, with the same ids: all since a time, or those that failed for the last time",
    )
    .addOption(
      new Option(
        "--since <time>",
        "events written since an RFC 3339 time, or within a duration such as 24h",
      ).argParser(readSince),
    )
    .addOption(
      new Option(
        "--type <type>",
        "only events of this type, such as user.registered or audit.user.login",
      ).argParser(readType),
    )
    .option("--dead", "only deliveries that failed for the last time")
    .option("--destination <id>", "only to this destination; by default to all")
    .action(async (options: ReplayOptions, command: Command) => {
      if (options.since === undefined && !options.dead) {
        command.error("error: say which events to send again, by --since, --dead or both");
      }
      const count = await asOperator(command, (ctx) => replay(ctx, options));
      process.stdout.write(
        `${count} ${count === 1 ? "delivery is" : "deliveries are"} due again\n`,
      );
    });
  return events;
}

/** A type of events. Throws `InvalidArgumentError` for one that no event has. */
function readType(text: string): string {
  if (eventTypes.includes(text) || /^audit\.[a-z_]+\.[a-z_]+$/.test(text)) return text;
  throw new InvalidArgumentError(`It must be audit.<action> or one of: ${eventTypes.join(", ")}.`);
}

async function readStatus({ db, clock }: Context): Promise<Status> {
  const [destinations, topics] = await Promise.all([
    readDestinationStatus(db),
    readOutboxStatus(db, clock.now()),
  ]);
  return { now: clock.now(), destinations, topics };
}

function replay(ctx: Context, { since, type, dead, destination }: ReplayOptions): Promise<number> {
  const start =
    since instanceof Date ? since : since && addSeconds(ctx.clock.now(), -since.seconds);
  const filter: ReplayFilter = {
    since: start ?? null,
    type: type ?? null,
    isDeadOnly: dead ?? false,
    destinationId: destination ?? null,
  };
  return replayEvents(ctx, filter, (count) =>
    recordAudit(ctx, {
      action: "events.replayed",
      result: "success",
      userId: null,
      detail: jsonObject({
        count,
        since: filter.since,
        type: filter.type,
        dead: filter.isDeadOnly,
        destination: filter.destinationId,
      }),
    }),
  );
}

/** Replicas announce the destinations of their settings every minute. */
const announcedSeconds = 180;

function nameOf(destination: DestinationStatus, now: Date): string {
  const { id, disabledAt, unavailableSince, announcedAt } = destination;
  if (disabledAt !== null) return `${id} (disabled)`;
  if (announcedAt !== null && announcedAt < addSeconds(now, -announcedSeconds)) {
    return `${id} (no replica has its setting)`;
  }
  return unavailableSince === null ? id : `${id} (away since ${unavailableSince.toISOString()})`;
}

function asTables({ now, destinations, topics }: Status): string {
  const ofDestinations = tableWithHeadings([
    ["DESTINATION", "BACKLOG", "RETRYING", "DEAD", "OLDEST", "LAST DELIVERY", "LAST ERROR"],
    ...destinations.map((destination) => [
      nameOf(destination, now),
      ...[destination.backlog, destination.retrying, destination.dead].map(String),
      destination.oldestAt?.toISOString() ?? "-",
      destination.lastDeliveredAt?.toISOString() ?? "-",
      destination.disabledReason ?? destination.lastError ?? "-",
    ]),
  ]);
  const ofTopics = tableWithHeadings([
    ["TOPIC", "WAITING", "DUE", "RETRYING", "DEAD", "OLDEST", "LAST ERROR"],
    ...topics.map(({ topic, waiting, due, retrying, dead, oldestAt, lastError }) => [
      topic,
      ...[waiting, due, retrying, dead].map(String),
      oldestAt?.toISOString() ?? "-",
      lastError ?? "-",
    ]),
  ]);
  const parts = [
    destinations.length === 0 ? ["no destination for events"] : ofDestinations,
    topics.length === 0 ? ["no mails waiting or dead"] : ofTopics,
  ];
  return parts.map((lines) => `${lines.join("\n")}\n`).join("\n");
}

function asJson({ destinations, topics }: Status): string {
  const result = {
    destinations: destinations.map((destination) => ({
      id: destination.id,
      kind: destination.kind,
      backlog: destination.backlog,
      retrying: destination.retrying,
      dead: destination.dead,
      oldest_at: destination.oldestAt?.toISOString() ?? null,
      last_delivered_at: destination.lastDeliveredAt?.toISOString() ?? null,
      last_error: destination.lastError,
      disabled_at: destination.disabledAt?.toISOString() ?? null,
      disabled_reason: destination.disabledReason,
      unavailable_since: destination.unavailableSince?.toISOString() ?? null,
      retry_at: destination.retryAt?.toISOString() ?? null,
      announced_at: destination.announcedAt?.toISOString() ?? null,
    })),
    topics: topics.map(({ oldestAt, lastError, ...rest }) => ({
      ...rest,
      oldest_at: oldestAt?.toISOString() ?? null,
      last_error: lastError,
    })),
  };
  return `${escapeControls(JSON.stringify(result, null, 2))}\n`;
}

/** JSON does not escape the C1 control characters. In a receiver's error message they could control the terminal. */
function escapeControls(json: string): string {
  return json.replaceAll(
    /[\u007f-\u009f]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
