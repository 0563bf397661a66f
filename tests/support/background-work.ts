import { eventually } from "./eventually.ts";
import type { TestApp } from "./test-app.ts";

/** Waits until the jobs have no row left to change: all mails and requests delivered, all audit rows sealed. */
export async function untilBackgroundWorkIsDone(app: TestApp): Promise<void> {
  await eventually(
    () =>
      app.rows(`
        select id from outbox
        where delivered_at is null and dead_at is null
        union all
        select id from audit_log where sequence is null`),
    (rows) => rows.length === 0,
    60,
  );
}

/** Waits until every request for a mail has been handled: it has led to a mail, or to none. */
export async function untilRequestsAreHandled(app: TestApp): Promise<void> {
  await eventually(
    () => app.rows("select id from outbox where topic like '%-request' and delivered_at is null"),
    (rows) => rows.length === 0,
    60,
  );
}
