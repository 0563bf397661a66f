import { type QueuedMail, queueMail } from "../../src/features/mail/queue-mail.ts";
import { users } from "../../src/features/users/index.ts";
import { changedColumn, withEffects } from "../../src/platform/db/write.ts";
import { createContext } from "../../src/platform/platform.ts";
import { eq, type SQL } from "drizzle-orm";
import type { TestApp } from "./test-app.ts";

/** Queues a mail along with a change of the user's row, whose columns `id`, `email` and `name` the mail may hold. */
export async function queueMailFor(
  app: TestApp,
  userId: string,
  mail: Omit<QueuedMail, "userId">,
  when?: SQL,
): Promise<void> {
  const { db } = app.platform;
  const origin = { requestId: "test", ipAddress: null, userAgent: null };
  const ctx = createContext(app.platform, { kind: "system" }, origin);
  const changed = db
    .$with("changed")
    .as(
      db
        .update(users)
        .set({ updatedAt: app.platform.clock.now() })
        .where(eq(users.id, userId))
        .returning({ id: users.id, email: users.email, name: users.name }),
    );
  const effect = queueMail(ctx, { ...mail, userId: changedColumn("id") }, when);
  await withEffects(db, changed, [effect]).select().from(changed);
  app.platform.outboxWritten();
}
