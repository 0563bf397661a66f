import { and, eq } from "drizzle-orm";

import { eventDestinations, events } from "../../src/features/events/index.ts";
import type { TestApp } from "./test-app.ts";

/** An event as it is stored, without what is sealed. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly data: unknown;
  readonly sealed: string | null;
}

/** A destination that gets every event from now on, or those of the types. No replica can send to it, unless it has the kind. */
export async function addDestination(
  { platform }: Pick<TestApp, "platform">,
  options: { id?: string; kind?: string; types?: readonly string[] } = {},
): Promise<string> {
  const { id = crypto.randomUUID(), kind = "test", types } = options;
  const row = { id, kind, types: types ? [...types] : null, createdAt: platform.clock.now() };
  await platform.db.insert(eventDestinations).values(row);
  return id;
}

/** The events of a user in their order, or those of one type. They are stored only while there is a destination. */
export async function eventsOf(
  { platform }: Pick<TestApp, "platform">,
  userId: string,
  only?: string,
): Promise<StoredEvent[]> {
  const { id, type, payload, sealed } = events;
  const isChosen = and(eq(events.userId, userId), only === undefined ? undefined : eq(type, only));
  const rows = await platform.db
    .select({ id, type, payload, sealed })
    .from(events)
    .where(isChosen)
    .orderBy(events.position, events.id);
  return rows.map((row) => ({ ...row, data: row.payload["data"] }));
}
