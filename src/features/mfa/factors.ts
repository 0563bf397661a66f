import { and, eq, sql } from "drizzle-orm";

import { deleteRows, type Effect } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import type { SealedColumn, SealedPlace } from "../../platform/secrets/port.ts";
import { recoveryCodes, totpFactors, trustedDevices } from "./table.ts";

/** The secrets of authenticator apps. */
export const sealedTotpSecrets: SealedColumn = {
  id: totpFactors.userId,
  sealed: totpFactors.sealedSecret,
};

/** Where the secret of a user's authenticator app is sealed. */
export function placeOfSecret(userId: string): SealedPlace {
  return { column: totpFactors.sealedSecret, row: userId };
}

/** A user's authenticator app as it is stored. */
export interface FoundFactor {
  readonly sealedSecret: string;
  /** In base32. */
  readonly secret: string;
  readonly isConfirmed: boolean;
  /** The time step of the last accepted code, or null. */
  readonly lastUsedStep: number | null;
}

/** The user's authenticator app, also one that is not confirmed yet, or null. Throws if no key of the settings opens the secret. */
export async function findFactor(ctx: Context, userId: string): Promise<FoundFactor | null> {
  const [row] = await ctx.db
    .select({
      sealedSecret: totpFactors.sealedSecret,
      lastUsedStep: totpFactors.lastUsedStep,
      isConfirmed: sql<boolean>`${totpFactors.confirmedAt} is not null`,
    })
    .from(totpFactors)
    .where(eq(totpFactors.userId, userId));
  if (!row) return null;
  const secret = ctx.secrets.open(row.sealedSecret, placeOfSecret(userId));
  if (secret === null) {
    throw new Error(
      "the secret of an authenticator app cannot be opened: ENCRYPTION_KEY_PREVIOUS must be the secret that sealed it",
    );
  }
  return { ...row, secret };
}

/** The effects of deleting all that a user has of a second factor: the app, the recovery codes and the trust in devices. */
export function deleteFactorsOf(userId: string): Effect[] {
  return [
    deleteRows(totpFactors, eq(totpFactors.userId, userId)),
    deleteRows(recoveryCodes, eq(recoveryCodes.userId, userId)),
    deleteRows(trustedDevices, and(eq(trustedDevices.userId, userId))),
  ];
}
