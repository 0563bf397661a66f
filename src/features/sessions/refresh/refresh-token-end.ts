import type { Platform } from "../../../platform/platform.ts";

/**
 * Until when a session's refresh token is good: until the session ends unless it is refreshed. Without rotation one token has to
 * serve for the life of the session; that the session is not left idle, the database alone sees to then.
 */
export function refreshTokenEnd(
  { settings }: Platform,
  session: { readonly expiresAt: Date; readonly absoluteExpiresAt: Date },
): Date {
  return settings.refreshTokenRotation ? session.expiresAt : session.absoluteExpiresAt;
}
