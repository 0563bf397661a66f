import { and, eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { upsertRow } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { otpauthUrl, qrCode, toBase32 } from "../../platform/totp/totp.ts";
import { recordAudit, recordRefusal } from "../audit/index.ts";
import { findFactor, placeOfSecret, totpFactors } from "../mfa/index.ts";
import { proveOwner } from "../passwords/index.ts";
import { invalidCredentials } from "../sign-in/index.ts";
import { isActiveUser, users } from "../users/index.ts";

const action = "user.mfa_setup_begun";

/** The bits of SHA-1, as RFC 4226 §4 (R6) recommends. */
const secretBytes = 20;

/** A secret to enter in an authenticator app. It is not shown again. */
export interface SetUp {
  /** In base32. */
  readonly secret: string;
  readonly otpauthUrl: string;
  readonly qrSvg: string;
}

/**
 * Begins to turn the second factor on: stores a new secret, which counts nowhere until `enable`. One that was begun before is
 * replaced. Throws what `proveOwner` throws, and `CONFLICT` (the second factor is on).
 */
export async function setUp(ctx: Context<UserActor>, password: string | undefined): Promise<SetUp> {
  const { userId, sessionId } = ctx.actor;
  const account = await proveOwner(ctx, password, { action, field: "password" });
  await recordRefusal(ctx, { action, userId, detail: {} }, async () => {
    if ((await findFactor(ctx, userId))?.isConfirmed === true) {
      throw new AppError("CONFLICT", "Two-factor authentication is on. Turn it off first.");
    }
  });
  const secret = await toBase32(ctx.random.bytes(secretBytes));
  const row = {
    userId,
    sealedSecret: ctx.secrets.seal(secret, placeOfSecret(userId)),
    createdAt: ctx.clock.now(),
  };
  // Another request that turned the factor on since has changed the version.
  const query = ctx.db
    .select({ id: users.id })
    .from(users)
    .where(and(isActiveUser(userId), eq(users.credentialsVersion, account.credentialsVersion)))
    .for("no key update");
  const rows = await commit(ctx, { query }, () => [
    upsertRow(totpFactors, row, {
      key: [totpFactors.userId],
      replace: [totpFactors.sealedSecret, totpFactors.createdAt],
    }),
    recordAudit(ctx, { action, result: "success", userId, sessionId }),
  ]);
  if (rows.length === 0) throw invalidCredentials();
  const { brandName: serviceName } = ctx.settings;
  const url = await otpauthUrl({ secret, serviceName, accountName: account.email });
  return { secret, otpauthUrl: url, qrSvg: qrCode(url) };
}
