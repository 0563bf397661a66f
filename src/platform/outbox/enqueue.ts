import { SQL, sql } from "drizzle-orm";

import type { Clock } from "../../kernel/clock.ts";
import type { Random } from "../../kernel/random.ts";
import { type Effect, insertRow } from "../db/effects.ts";
import type { Db } from "../db/port.ts";
import type { Secrets } from "../secrets/port.ts";
import { outbox } from "./table.ts";

/** A message to be written to the outbox. */
export interface NewMessage {
  readonly id?: string;
  readonly topic: string;
  readonly key: string | SQL | null;
  /** What shares turns with others: the recipient's address. A message without it is delivered in the order of writing. */
  readonly fairnessKey?: string | SQL;
  readonly payload: Readonly<Record<string, unknown>> | SQL;
  /** Encrypted before they are written to the database. */
  readonly secrets?: Readonly<Record<string, unknown>>;
}

/** What composing a message needs. */
export interface OutboxDependencies {
  readonly clock: Clock;
  readonly random: Random;
  readonly secrets: Secrets;
}

/** The effect of writing a message along with a change. */
export function enqueue(ctx: OutboxDependencies, message: NewMessage): Effect {
  return { ...insertRow(outbox, outboxRow(ctx, message)), wakes: message.topic };
}

/** A message for each row of a change. Its id is made in the database, and it has no secrets. */
export interface MessageOfRow {
  readonly topic: string;
  readonly key: SQL;
  readonly fairnessKey: SQL;
  readonly payload: SQL;
  /** When it is written, as `timestamptz`. */
  readonly at: SQL;
}

/** The effect of writing a message for each row of a change. It wakes no worker: the next poll finds the message. */
export function enqueueForEach({ at, ...message }: MessageOfRow): Effect {
  return insertRow(outbox, {
    ...message,
    id: sql`gen_random_uuid()`,
    turnAt: turnOf(message.topic, message.fairnessKey, at),
    createdAt: at,
    availableAt: at,
  });
}

/** Writes a message without a change, and wakes the workers. */
export async function enqueueAlone(
  ctx: OutboxDependencies & {
    readonly db: Db;
    readonly outboxWritten: (topics: readonly string[]) => void;
  },
  message: NewMessage & {
    key: string | null;
    fairnessKey?: string;
    payload: Record<string, unknown>;
  },
): Promise<void> {
  const { key, fairnessKey = null, payload } = message;
  await ctx.db.insert(outbox).values({ ...outboxRow(ctx, message), key, fairnessKey, payload });
  ctx.outboxWritten([message.topic]);
}

function outboxRow(ctx: OutboxDependencies, message: NewMessage) {
  const now = ctx.clock.now();
  const id = message.id ?? ctx.random.id(now);
  return {
    id,
    topic: message.topic,
    key: message.key,
    payload: message.payload instanceof SQL ? message.payload : { ...message.payload },
    fairnessKey: message.fairnessKey ?? null,
    turnAt:
      message.fairnessKey === undefined ? now : turnOf(message.topic, message.fairnessKey, now),
    sealed: message.secrets
      ? ctx.secrets.seal(JSON.stringify(message.secrets), { column: outbox.sealed, row: id })
      : null,
    createdAt: now,
    availableAt: now,
  };
}

/**
 * A second after the last waiting message with the same key: the backlog of one key takes the places of later seconds, and a
 * message with another key that is written meanwhile comes before it.
 */
function turnOf(topic: string, key: string | SQL, now: Date | SQL): SQL<Date> {
  const at = now instanceof SQL ? now : sql`${sql.param(now, outbox.turnAt)}::timestamptz`;
  return sql`greatest(${at}, (
    select max(${outbox.turnAt}) + interval '1 second' from ${outbox}
    where ${outbox.topic} = ${topic} and ${outbox.fairnessKey} = ${key}
      and ${outbox.deliveredAt} is null and ${outbox.deadAt} is null))`;
}
