import { eq, sql } from "drizzle-orm";

import {
  type ChallengePurpose,
  issueChallenge,
  wasConsumed,
} from "../../src/features/email-challenges/index.ts";
import { nextCredentialsVersion, users } from "../../src/features/users/index.ts";
import { changedColumn, type Effect, withEffects } from "../../src/platform/db/write.ts";
import { type Context, createContext } from "../../src/platform/platform.ts";
import { freshEmail } from "./journey.ts";
import type { TestApp } from "./test-app.ts";

/** Every purpose of a mailed link. */
export const challengePurposes = [
  "verify-email",
  "magic-link",
  "reset-password",
  "change-email",
] as const satisfies readonly ChallengePurpose[];

/** A context of an anonymous request. */
export function anonymousAt(app: TestApp): Context {
  const requestId = `test-${app.platform.random.token(96)}`;
  return createContext(
    app.platform,
    { kind: "anonymous" },
    { requestId, ipAddress: null, userAgent: null },
  );
}

/** A user with a verified address and no password, to whom nothing was mailed. */
export async function insertUser(app: TestApp): Promise<{ userId: string; email: string }> {
  const { clock, db, random } = app.platform;
  const now = clock.now();
  const user = { id: random.id(now), email: freshEmail() };
  const times = { emailVerifiedAt: now, createdAt: now, updatedAt: now };
  await db.insert(users).values({ ...user, ...times });
  return { userId: user.id, email: user.email };
}

/** Issues a challenge with a link and a code, for ten minutes, to a user with the present address and credentials. */
export async function issueTo(
  app: TestApp,
  user: { userId: string; email: string },
  purpose: ChallengePurpose,
): Promise<{ token: string; code: string }> {
  const ctx = anonymousAt(app);
  const { token, code, effect } = issueChallenge(ctx, {
    userId: changedColumn("id"),
    credentialsVersion: changedColumn("credentials_version"),
    email: user.email,
    purpose,
    linkTtlSeconds: 600,
    hasCode: true,
  });
  const known = ctx.db
    .$with("known")
    .as(
      ctx.db
        .select({ id: users.id, credentialsVersion: users.credentialsVersion })
        .from(users)
        .where(eq(users.id, user.userId)),
    );
  await withEffects(ctx.db, known, [effect]).select().from(known);
  return { token, code };
}

/** With a consumed challenge: gives its user new credentials, which revokes older ones. */
export const renewCredentials: Effect = (changed) => sql`
  update ${users} set credentials_version = ${nextCredentialsVersion}
  from ${changed} where ${users.id} = ${changed}.user_id and ${wasConsumed}`;

/** The version of a user's credentials. */
export async function credentialsVersionOf(app: TestApp, userId: string): Promise<unknown> {
  const [row] = await app.rows(`select credentials_version from users where id = '${userId}'`);
  return row?.["credentials_version"];
}
