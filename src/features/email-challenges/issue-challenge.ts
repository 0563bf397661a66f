import { sql, type SQL } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { type Effect, type EffectRow, insertRow } from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import type { ChallengePurpose } from "./purposes.ts";
import { mailChallenges } from "./table.ts";

/** For whom, for what and for how long a challenge is issued. In SQL is what only the change's row knows. */
export interface NewChallenge {
  readonly userId: string | SQL;
  /** Hers when it was decided to mail it; at any other the challenge is void. */
  readonly credentialsVersion: number | SQL;
  /** The address that it is mailed to, in canonical form. */
  readonly email: string;
  readonly purpose: ChallengePurpose;
  readonly linkTtlSeconds: number;
  /** Whether a code will do in place of the link. */
  readonly hasCode: boolean;
}

/** A challenge to be mailed. Its secrets exist here and in the mail; the database gets digests. */
export interface IssuedChallenge {
  readonly token: string;
  readonly effect: Effect;
}

/** One with a code, which lives for `OTP_TTL` and never longer than the link. */
export interface IssuedChallengeWithCode extends IssuedChallenge {
  readonly code: string;
  readonly codeTtlSeconds: number;
}

/**
 * A link token of 160 random bits, with a code of 6 random digits if it is to have one, and the effect that stores them
 * (for each of the change's rows, or for those that `when` holds for). It takes the place of the user's earlier challenge
 * of the same purpose, whose link and code die; the count of wrong codes stays.
 */
export function issueChallenge(
  ctx: Context,
  challenge: NewChallenge & { readonly hasCode: true },
  when?: SQL,
): IssuedChallengeWithCode;
export function issueChallenge(
  ctx: Context,
  challenge: NewChallenge & { readonly hasCode: false },
  when?: SQL,
): IssuedChallenge;
export function issueChallenge(
  ctx: Context,
  challenge: NewChallenge,
  when?: SQL,
): IssuedChallengeWithCode {
  const now = ctx.clock.now();
  const { hasCode, linkTtlSeconds } = challenge;
  const codeTtlSeconds = Math.min(ctx.settings.otpTtlSeconds, linkTtlSeconds);
  const token = ctx.random.token(160);
  const code = ctx.random.digits(6);
  const row: EffectRow<typeof mailChallenges> = {
    userId: challenge.userId,
    purpose: challenge.purpose,
    id: ctx.random.id(now),
    email: challenge.email,
    credentialsVersion: challenge.credentialsVersion,
    tokenHash: hashToken(token),
    codeHash: hasCode ? hashCode(ctx, challenge, code) : null,
    attempts: 0,
    totalAttempts: 0,
    createdAt: now,
    expiresAt: addSeconds(now, linkTtlSeconds),
    codeExpiresAt: hasCode ? addSeconds(now, codeTtlSeconds) : null,
    consumedAt: null,
  };
  const insert = insertRow(mailChallenges, row, when);
  const effect: Effect = (changed) => sql`${insert(changed)} ${replaceEarlier}`;
  return { token, code, codeTtlSeconds, effect };
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
  mailChallenges.credentialsVersion,
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
