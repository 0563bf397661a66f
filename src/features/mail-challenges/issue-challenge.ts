import { sql, type SQL } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { insertRow, type Effect } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import type { ChallengePurpose } from "./purposes.ts";
import { mailChallenges } from "./table.ts";

/** For whom, for what and for how long a challenge is issued. */
export interface NewChallenge {
  /** The user's id, or the column of the change's row that holds it. */
  readonly userId: string | SQL;
  readonly email: string;
  readonly purpose: ChallengePurpose;
  readonly linkTtlSeconds: number;
}

/** A challenge to be mailed. Its secrets exist here and in the mail; the database gets digests. */
export interface IssuedChallenge {
  readonly token: string;
  readonly code: string;
  readonly effect: Effect;
}

/**
 * A link token of 160 random bits and a code of 6 random digits, and the effect that stores them. It takes the place of
 * the user's earlier challenge of the same purpose, whose link and code die; the count of wrong codes stays.
 */
export function issueChallenge(ctx: Context, challenge: NewChallenge): IssuedChallenge {
  const now = ctx.clock.now();
  const id = ctx.random.id(now);
  const token = ctx.random.token(160);
  const code = ctx.random.digits(6);
  const insert = insertRow(mailChallenges, {
    userId: challenge.userId,
    purpose: challenge.purpose,
    id,
    email: challenge.email,
    tokenHash: hashToken(token),
    codeHash: hashCode(ctx, challenge, code),
    attempts: 0,
    totalAttempts: 0,
    createdAt: now,
    expiresAt: addSeconds(now, challenge.linkTtlSeconds),
    codeExpiresAt: addSeconds(now, Math.min(ctx.settings.otpTtlSeconds, challenge.linkTtlSeconds)),
    consumedAt: null,
  });
  return { token, code, effect: (changed) => sql`${insert(changed)} ${replaceEarlier}` };
}

/** How a link's token is stored. */
export function hashToken(token: string): string {
  return sha256(token);
}

/** How a code is stored: a keyed digest, for six digits in the clear would be found from any copy of the database. */
function hashCode(ctx: CodeKeys, challenge: CodeScope, code: string): string {
  return ctx.secrets.digest(codeKey, codeMessage(challenge, code));
}

/** How a received code may be stored: also under the key that was in use when it was mailed. */
export function codeHashes(ctx: CodeKeys, challenge: CodeScope, code: string): string[] {
  return [...ctx.secrets.digests(codeKey, codeMessage(challenge, code))];
}

type CodeKeys = Pick<Context, "secrets">;
type CodeScope = Pick<NewChallenge, "email" | "purpose">;

const codeKey = "mail-code";

function codeMessage({ purpose, email }: CodeScope, code: string): string {
  return `${purpose}\n${email}\n${code}`;
}

const replacedColumns = [
  mailChallenges.id,
  mailChallenges.email,
  mailChallenges.tokenHash,
  mailChallenges.codeHash,
  mailChallenges.attempts,
  mailChallenges.createdAt,
  mailChallenges.expiresAt,
  mailChallenges.codeExpiresAt,
  mailChallenges.consumedAt,
];

const replaceEarlier: SQL = sql`on conflict ("user_id", "purpose") do update set ${sql.join(
  replacedColumns.map(
    ({ name }) => sql`${sql.identifier(name)} = excluded.${sql.identifier(name)}`,
  ),
  sql`, `,
)}`;
