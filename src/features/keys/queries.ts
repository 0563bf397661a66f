import { asc } from "drizzle-orm";

import type { Settings } from "../../platform/config/settings.ts";
import type { Db } from "../../platform/db/port.ts";
import type { SealedColumn, SealedPlace } from "../../platform/secrets/port.ts";
import { signingKeys } from "./table.ts";

/** A key's row. */
export type KeyRecord = typeof signingKeys.$inferSelect;

/** Every key that is kept, those of one algorithm in the order of creation. */
export function readKeys(db: Db): Promise<KeyRecord[]> {
  return db
    .select()
    .from(signingKeys)
    .orderBy(asc(signingKeys.algorithm), asc(signingKeys.generation))
    .execute();
}

/** The sealed private keys. */
export const sealedPrivateKeys: SealedColumn = {
  id: signingKeys.id,
  sealed: signingKeys.sealedPrivateJwk,
};

/** Where a key's private part is sealed. */
export function placeOfPrivateKey(id: string): SealedPlace {
  return { column: signingKeys.sealedPrivateJwk, row: id };
}

/** How long before its use a scheduled key is published: other services may cache the key set for a while. */
export function leadSeconds({ jwtKeyRotationSeconds }: Settings): number {
  return Math.min(24 * 3600, Math.floor(jwtKeyRotationSeconds / 10));
}

/** The longest lifetime of a token: for this time a key that has been replaced still verifies. */
export function longestTokenLifeSeconds(settings: Settings): number {
  const refreshTokenSeconds = settings.refreshTokenRotation
    ? settings.jwtRefreshTokenTtlSeconds
    : settings.sessionMaxAgeSeconds;
  return Math.max(settings.jwtAccessTokenTtlSeconds, refreshTokenSeconds);
}
