import { outbox } from "../../src/platform/outbox/table.ts";
import type { TestApp } from "./test-app.ts";

/** The secret part of an outbox message, opened. */
export function openedMessage(app: TestApp, row: Record<string, unknown> | undefined): string {
  const place = { column: outbox.sealed, row: String(row?.["id"]) };
  return app.platform.secrets.open(String(row?.["sealed"]), place) ?? "null";
}
