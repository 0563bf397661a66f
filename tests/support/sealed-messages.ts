import type { PgColumn } from "drizzle-orm/pg-core";

import { events } from "../../src/features/events/index.ts";
import { outbox } from "../../src/platform/outbox/table.ts";
import type { TestApp } from "./test-app.ts";

type SealedRow = Record<string, unknown> | undefined;

/** The secret part of an outbox message, opened. */
export function openedMessage(app: TestApp, row: SealedRow): string {
  return opened(app, row, outbox.sealed);
}

/** The secret part of an event, opened. */
export function openedEvent(app: TestApp, row: SealedRow): string {
  return opened(app, row, events.sealed);
}

function opened({ platform }: TestApp, row: SealedRow, column: PgColumn): string {
  return (
    platform.secrets.open(String(row?.["sealed"]), { column, row: String(row?.["id"]) }) ?? "null"
  );
}
