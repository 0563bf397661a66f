import type { Context } from "../../platform/platform.ts";
import { endSession } from "../sessions/index.ts";
import { verifyAccessToken, verifyRefreshToken } from "../tokens/index.ts";
import { unlessInvalid } from "./unless-invalid.ts";

/**
 * Ends the session that a token belongs to, like a log-out (RFC 7009 §2). A token that is unknown or expired is no error (§2.2)
 * and ends nothing; nor does a client's token, which belongs to no session.
 */
export async function revokeToken(ctx: Context, token: string): Promise<void> {
  const claims =
    (await unlessInvalid(verifyAccessToken(ctx, token))) ??
    (await unlessInvalid(verifyRefreshToken(ctx, token)));
  if (claims) await endSession(ctx, { id: claims.sid, userId: claims.sub });
}
