import { and, eq, gt, isNotNull, isNull, type SQL, sql } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import type { MfaMethod } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { users } from "../users/index.ts";
import { recoveryCodes, totpFactors, trustedDevices } from "./table.ts";

/** A user at a version of the credentials. */
export interface FactorOwner {
  readonly userId: string;
  readonly credentialsVersion: number;
}

/** How a user can prove their second factor, and whether the device that sent the request makes that unnecessary. */
export interface RequiredFactor {
  readonly methods: readonly MfaMethod[];
  readonly isTrustedDevice: boolean;
}

/** In a query on `users`: whether the user has a second factor that is confirmed. */
export function hasSecondFactor({ db }: Pick<Context, "db">): SQL<boolean> {
  const confirmed = db
    .select({ userId: totpFactors.userId })
    .from(totpFactors)
    .where(and(eq(totpFactors.userId, users.id), isNotNull(totpFactors.confirmedAt)));
  return sql<boolean>`exists ${confirmed}`;
}

/**
 * The second factor that a sign-in of this user needs, or null for a user without one. A factor that is set up and not confirmed
 * is none. Not atomic with the sign-in: turning a factor on changes the version of the credentials, which voids the sign-in.
 */
export async function findRequiredFactor(
  ctx: Context,
  { userId, credentialsVersion }: FactorOwner,
): Promise<RequiredFactor | null> {
  const token = ctx.device?.trustToken ?? null;
  const trusted = ctx.db
    .select({ id: trustedDevices.id })
    .from(trustedDevices)
    .where(
      and(
        eq(trustedDevices.digest, token === null ? "" : sha256(token)),
        eq(trustedDevices.userId, userId),
        eq(trustedDevices.credentialsVersion, credentialsVersion),
        gt(trustedDevices.expiresAt, ctx.clock.now()),
      ),
    );
  const unused = ctx.db
    .select({ id: recoveryCodes.id })
    .from(recoveryCodes)
    .where(and(eq(recoveryCodes.userId, userId), isNull(recoveryCodes.usedAt)));
  const [row] = await ctx.db
    .select({
      hasRecoveryCode: sql<boolean>`exists ${unused}`,
      isTrustedDevice: sql<boolean>`exists ${trusted}`,
    })
    .from(totpFactors)
    .where(and(eq(totpFactors.userId, userId), isNotNull(totpFactors.confirmedAt)));
  if (!row) return null;
  const methods = ["totp", ...(row.hasRecoveryCode ? (["recovery_code"] as const) : [])] as const;
  return { methods, isTrustedDevice: row.isTrustedDevice };
}
