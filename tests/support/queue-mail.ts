import { type QueuedMail, queueMail } from "../../src/features/mail/queue-mail.ts";
import { users } from "../../src/features/users/index.ts";
import { commit } from "../../src/platform/db/commit.ts";
import { type Columns, when } from "../../src/platform/db/effects.ts";
import { createContext } from "../../src/platform/platform.ts";
import { eq, type SQL, sql } from "drizzle-orm";
import type { TestApp } from "./test-app.ts";

/** The columns of the changed user. */
type ChangedUser = Columns<{ id: string; email: string; name: string | null }>;

/** Queues a mail along with a change of the user's row, whose columns the mail may have. */
export async function queueMailFor(
  app: TestApp,
  userId: string,
  mail: Omit<QueuedMail, "userId"> | ((user: ChangedUser) => Omit<QueuedMail, "userId">),
  condition: (user: ChangedUser) => SQL = () => sql`true`,
): Promise<void> {
  const { db } = app.platform;
  const origin = { requestId: "test", ipAddress: null, userAgent: null };
  const ctx = createContext(app.platform, { kind: "system" }, origin);
  const query = db
    .update(users)
    .set({ updatedAt: app.platform.clock.now() })
    .where(eq(users.id, userId))
    .returning({ id: users.id, email: users.email, name: users.name });
  await commit(ctx, { query }, (user) => {
    const queued = typeof mail === "function" ? mail(user) : mail;
    return when(condition(user), [queueMail(ctx, { ...queued, userId: user.id })]);
  });
}
