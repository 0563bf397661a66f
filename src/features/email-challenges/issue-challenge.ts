import type { SQL } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import { addSeconds } from "../../kernel/clock.ts";
import type { Settings } from "../../platform/config/settings.ts";
import { type Effect, insertRow } from "../../platform/db/effects.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import { type ChallengePurpose, emailChallenges } from "./table.ts";

/** The user to whom a challenge is mailed. Values that only the change's row has are SQL. */
export interface ChallengeRecipient {
  readonly userId: string | SQL;
  /** The version of the user's credentials now; the challenge is void at any other. */
  readonly credentialsVersion: number | SQL;
  /** The address to which it is mailed, in canonical form. */
  readonly email: string;
  /** The digest of the device on which alone the link is to work; any device if left out. */
  readonly deviceHash?: string | null;
}

/** The purpose and the lifetime of a challenge. */
export interface NewChallenge extends ChallengeRecipient {
  readonly purpose: ChallengePurpose;
  readonly linkTtlSeconds: number;
  /** Whether a code may be used in place of the link. */
  readonly hasCode: boolean;
}

/** A challenge to be mailed. The database stores digests of its token and code. */
export interface IssuedChallenge {
  readonly id: string;
  readonly token: string;
  readonly link: string;
  readonly effect: Effect;
}

/** A challenge with a code, which expires after `OTP_TTL` and never after the link. */
export interface IssuedChallengeWithCode extends IssuedChallenge {
  readonly code: string;
  readonly codeTtlSeconds: number;
}

/**
 * Issues a link token of 160 random bits, with a code of 6 random digits if `hasCode`, and the effect that stores them for the
 * change's row. The user's earlier challenges stay usable.
 */
export function issueChallenge(
  ctx: Context,
  challenge: NewChallenge & { readonly hasCode: true },
): IssuedChallengeWithCode;
export function issueChallenge(
  ctx: Context,
  challenge: NewChallenge & { readonly hasCode: false },
): IssuedChallenge;
export function issueChallenge(ctx: Context, challenge: NewChallenge): IssuedChallengeWithCode {
  const now = ctx.clock.now();
  const { hasCode, linkTtlSeconds, purpose } = challenge;
  const codeTtlSeconds = Math.min(ctx.settings.otpTtlSeconds, linkTtlSeconds);
  const token = ctx.random.token(160);
  const code = ctx.random.digits(6);
  const id = ctx.random.id(now);
  const row = {
    id,
    userId: challenge.userId,
    purpose,
    email: challenge.email,
    credentialsVersion: challenge.credentialsVersion,
    tokenHash: hashToken(token),
    deviceHash: challenge.deviceHash ?? null,
    codeHash: hasCode ? hashCode(ctx, challenge, code) : null,
    attempts: 0,
    createdAt: now,
    expiresAt: addSeconds(now, linkTtlSeconds),
    codeExpiresAt: hasCode ? addSeconds(now, codeTtlSeconds) : null,
    mailedAt: null,
    consumedAt: null,
  };
  const effect = insertRow(emailChallenges, row);
  return { id, token, link: challengeLink(ctx, purpose, token), code, codeTtlSeconds, effect };
}

/** The operator's own page for each purpose, if there is one. */
const ownPages = {
  "verify-email": (settings) => settings.linkVerifyEmail,
  "magic-link": (settings) => settings.linkMagicLink,
  "reset-password": (settings) => settings.linkResetPassword,
  "change-email": (settings) => settings.linkChangeEmail,
} satisfies Record<ChallengePurpose, (settings: Settings) => string | null>;

/** The link to be mailed. It is built from the settings alone: the `Host` header of a request is never part of a mail. */
export function challengeLink(
  { settings }: Platform,
  purpose: ChallengePurpose,
  token: string,
): string {
  const page = new URL(ownPages[purpose](settings) ?? `${settings.publicUrl}/${purpose}`);
  page.searchParams.set("token", token);
  return page.href;
}

/** The digest under which a link's token is stored. */
export function hashToken(token: string): string {
  return sha256(token);
}

/** A keyed digest: an unkeyed one of six digits could be reversed from any copy of the database. */
function hashCode(ctx: CodeKeys, challenge: CodeScope, code: string): string {
  return ctx.secrets.digest(codeKey, codeMessage(challenge, code));
}

/** The digests under which a received code may be stored: also under the key that was in use when it was mailed. */
export function codeHashes(ctx: CodeKeys, challenge: CodeScope, code: string): string[] {
  return [...ctx.secrets.digests(codeKey, codeMessage(challenge, code))];
}

type CodeKeys = Pick<Context, "secrets">;
type CodeScope = Pick<NewChallenge, "email" | "purpose">;

const codeKey = "mail-code";

function codeMessage({ purpose, email }: CodeScope, code: string): string {
  return `${purpose}\n${email}\n${code}`;
}
