import { DatabaseSync } from "node:sqlite";

/** An event of Gatehouse. All of them are described in docs/events.md. */
export interface Event {
  readonly event_id: string;
  readonly event_type: string;
  readonly timestamp: string;
  readonly data: { readonly user_id: string };
}

const db = new DatabaseSync(process.env["STORE"] ?? "consumer.sqlite");
db.exec(`create table if not exists handled_events (event_id text primary key) strict;
  create table if not exists last_events (user_id text primary key, event_type text, happened_at text) strict`);
const remember = db.prepare("insert or ignore into handled_events values (?)");
const save = db.prepare("insert or replace into last_events values (?, ?, ?)");

/** Handles an event once, however often it arrives: its id and what follows from it are stored in one transaction. */
export function handleOnce(json: string): void {
  const event = JSON.parse(json) as Event;
  db.exec("begin immediate");
  try {
    const isNew = remember.run(event.event_id).changes === 1;
    // Your own work is here, in the same transaction.
    if (isNew) save.run(event.data.user_id, event.event_type, event.timestamp);
    db.exec("commit");
    process.stdout.write(`${isNew ? "handled" : "again"} ${event.event_type} ${event.event_id}\n`);
  } catch (error) {
    db.exec("rollback");
    throw error;
  }
}
