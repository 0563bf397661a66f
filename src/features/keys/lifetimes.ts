import type { Settings } from "../../platform/config/settings.ts";

/** How long before its use a scheduled key is published: others may keep a copy of our keys for a while. */
export function leadSeconds({ jwtKeyRotationSeconds }: Settings): number {
  return Math.min(24 * 3600, Math.floor(jwtKeyRotationSeconds / 10));
}

/** How long a token may live that was signed at the last moment: for so long a key that has been replaced still verifies. */
export function longestTokenLifeSeconds(settings: Settings): number {
  const refreshTokenSeconds = settings.refreshTokenRotation
    ? settings.jwtRefreshTokenTtlSeconds
    : settings.sessionMaxAgeSeconds;
  return Math.max(settings.jwtAccessTokenTtlSeconds, refreshTokenSeconds);
}
