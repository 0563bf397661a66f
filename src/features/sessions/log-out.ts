import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { inspectAccessToken, inspectRefreshToken } from "../tokens/index.ts";
import { endSession } from "./end-sessions.ts";

/** By what the session to end is known: either token of it. */
export interface LogOutInput {
  readonly accessToken: string | null;
  readonly refreshToken: string | null;
}

/**
 * Ends the session that a token belongs to, at once and everywhere. Repeatable: a token that is expired or whose session
 * has ended is no error, and one that is not ours ends nothing. Throws `AUTHENTICATION_REQUIRED` when neither is given.
 */
export async function logOut(ctx: Context, input: LogOutInput): Promise<void> {
  const claims = await findClaims(ctx, input);
  if (claims) await endSession(ctx, { id: claims.sid, userId: claims.sub });
}

async function findClaims(ctx: Context, input: LogOutInput) {
  if (input.refreshToken === null && input.accessToken === null) {
    throw new AppError("AUTHENTICATION_REQUIRED", "Send the access token or the refresh token.");
  }
  try {
    const { claims } =
      input.refreshToken === null
        ? await inspectAccessToken(ctx, input.accessToken ?? "")
        : await inspectRefreshToken(ctx, input.refreshToken);
    return claims;
  } catch (error) {
    if (error instanceof AppError && error.code === "INVALID_TOKEN") return null;
    throw error;
  }
}
