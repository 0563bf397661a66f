import { SQL } from "drizzle-orm";

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

/** Writes a message without a change, and wakes the workers. */
export async function enqueueAlone(
  ctx: OutboxDependencies & {
    readonly db: Db;
    readonly outboxWritten: (topics: readonly string[]) => void;
  },
  message: NewMessage & { key: string | null; payload: Record<string, unknown> },
): Promise<void> {
  await ctx.db
    .insert(outbox)
    .values({ ...outboxRow(ctx, message), key: message.key, payload: message.payload });
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
    sealed: message.secrets
      ? ctx.secrets.seal(JSON.stringify(message.secrets), { column: outbox.sealed, row: id })
      : null,
    createdAt: now,
    availableAt: now,
  };
}
