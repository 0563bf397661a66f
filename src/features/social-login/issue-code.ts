import { sha256 } from "../../kernel/bytes.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Context } from "../../platform/platform.ts";
import type { ResolvedAccount } from "./resolve-account.ts";
import { socialLoginCodes } from "./table.ts";

const ttlSeconds = 60;

/** For this time a code is kept after it expired, so that its use can be recorded with the reason of the refusal. */
const keptSeconds = 3600;

/** A sign-in at a provider that an application is to exchange for tokens. */
export interface CodeSubject extends ResolvedAccount {
  readonly provider: string;
  /** The application's PKCE challenge, or null. */
  readonly challenge: string | null;
}

/** Issues a one-time code: 160 random bits, valid for 60 seconds. Only its digest is stored. */
export async function issueCode(ctx: Context, subject: CodeSubject): Promise<string> {
  const { user, identityId, provider, credentialsVersion, challenge } = subject;
  const code = ctx.random.token(160);
  await ctx.db.insert(socialLoginCodes).values({
    digest: sha256(code),
    userId: user.id,
    identityId,
    provider,
    credentialsVersion,
    challenge,
    expiresAt: addSeconds(ctx.clock.now(), ttlSeconds),
  });
  return code;
}

/** Deletes a batch of the codes that expired an hour ago. */
export function deleteExpiredCodes(db: Db, now: Date): Promise<number> {
  const before = addSeconds(now, -keptSeconds);
  return deleteBatch(db, socialLoginCodes, { since: socialLoginCodes.expiresAt, before });
}
