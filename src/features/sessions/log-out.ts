import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { inspectAccessToken, inspectRefreshToken } from "../tokens/index.ts";
import { endSession } from "./end-sessions.ts";

/** By what the session to end is known: either token of it, or both. */
export interface LogOutInput {
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
}

/**
 * Ends the session that a token belongs to, at once and everywhere. Repeatable: a token that is expired or whose session
 * has ended is no error, and one that is not ours ends nothing. Throws `AUTHENTICATION_REQUIRED` when neither is given.
 */
export async function logOut(ctx: Context, input: LogOutInput): Promise<void> {
  const { accessToken, refreshToken } = input;
  if (accessToken === null && refreshToken === null) {
    throw new AppError("AUTHENTICATION_REQUIRED", "Send the access token or the refresh token.");
  }
  if (refreshToken !== null) await endSessionOf(ctx, inspectRefreshToken(ctx, refreshToken));
  if (accessToken !== null) await endSessionOf(ctx, inspectAccessToken(ctx, accessToken));
}

async function endSessionOf(
  ctx: Context,
  inspected: Promise<{ claims: { sid: string; sub: string } }>,
): Promise<void> {
  try {
    const { claims } = await inspected;
    await endSession(ctx, { id: claims.sid, userId: claims.sub });
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== "INVALID_TOKEN") throw error;
  }
}
