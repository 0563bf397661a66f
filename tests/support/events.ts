import type { TestApp } from "./test-app.ts";

/** An event as it is stored, without what is sealed. */
export interface StoredEvent {
  readonly id: string;
  readonly type: string;
  readonly payload: Readonly<Record<string, unknown>>;
  readonly data: Readonly<Record<string, unknown>>;
  readonly sealed: string | null;
}

/** A destination that gets every event from now on, or those of the types. No replica can send to it, unless it has the kind. */
export async function addDestination(
  app: Pick<TestApp, "rows">,
  options: { id?: string; kind?: string; types?: readonly string[] } = {},
): Promise<string> {
  const { id = crypto.randomUUID(), kind = "test", types } = options;
  const list = types === undefined ? "null" : `'{${types.join(",")}}'`;
  await app.rows(
    `insert into event_destinations (id, kind, types, created_at) values ('${id}', '${kind}', ${list}, now())`,
  );
  return id;
}

/** The events of a user in their order, or those of one type. They are stored only while there is a destination. */
export async function eventsOf(
  app: Pick<TestApp, "rows">,
  userId: string,
  type?: string,
): Promise<StoredEvent[]> {
  const ofType = type === undefined ? "" : `and type = '${type}'`;
  const rows = await app.rows(
    `select id, type, payload::text, sealed from events where user_id = '${userId}' ${ofType} order by position, id`,
  );
  return rows.map(({ id, type: name, payload, sealed }) => {
    const parsed = JSON.parse(String(payload));
    const stored = { id: String(id), type: String(name), payload: parsed, data: parsed.data };
    return { ...stored, sealed: sealed === null ? null : String(sealed) };
  });
}
