import { eq } from "drizzle-orm";

import {
  type ChallengePurpose,
  claimChallengeForMailing,
  issueChallenge,
} from "../../src/features/email-challenges/index.ts";
import { nextCredentialsVersion, users } from "../../src/features/users/index.ts";
import { commit } from "../../src/platform/db/commit.ts";
import { type Columns, type Effect, updateRows } from "../../src/platform/db/effects.ts";
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

/** Issues and mails a challenge with a link and a code, for ten minutes, to a user with the present address and credentials. */
export async function issueTo(
  app: TestApp,
  user: { userId: string; email: string },
  purpose: ChallengePurpose,
): Promise<{ token: string; code: string }> {
  const ctx = anonymousAt(app);
  const [known] = await ctx.db
    .select({ credentialsVersion: users.credentialsVersion })
    .from(users)
    .where(eq(users.id, user.userId));
  if (!known) throw new Error("there is no such user");
  const { id, token, code, effect } = issueChallenge(ctx, {
    userId: user.userId,
    credentialsVersion: known.credentialsVersion,
    email: user.email,
    purpose,
    linkTtlSeconds: 600,
    hasCode: true,
  });
  const query = ctx.db.select({ id: users.id }).from(users).where(eq(users.id, user.userId));
  await commit(ctx, { query }, () => [effect]);
  await claimChallengeForMailing(app.platform, id);
  return { token, code };
}

/** `count` codes, none of them one of these. */
export function wrongCodes(right: readonly string[], count: number): string[] {
  const codes: string[] = [];
  for (let next = Number(right[0] ?? 0) + 1; codes.length < count; next += 1) {
    const code = String(next % 1_000_000).padStart(6, "0");
    if (!right.includes(code)) codes.push(code);
  }
  return codes;
}

/** The wrong codes that count against an address. */
export async function wrongCodesOf(app: TestApp, email: string): Promise<number> {
  const now = app.platform.clock.now().toISOString();
  const [row] = await app.rows(
    `select greatest(0, ceil(extract(epoch from forgotten_at - '${now}'::timestamptz) / 3600)) as hours
     from mail_code_attempts where email = '${email}'`,
  );
  return Number(row?.["hours"] ?? 0);
}

/** The effect of a consumed challenge that gives its user new credentials, so that all earlier proofs are void. */
export function renewCredentials({ userId }: Columns<{ userId: string }>): Effect {
  const values = { credentialsVersion: nextCredentialsVersion };
  return updateRows(users, values, eq(users.id, userId));
}

/** The version of a user's credentials. */
export async function credentialsVersionOf(app: TestApp, userId: string): Promise<unknown> {
  const [row] = await app.rows(`select credentials_version from users where id = '${userId}'`);
  return row?.["credentials_version"];
}
