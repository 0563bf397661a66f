import type { Context } from "../../platform/platform.ts";
import { writeAudit } from "../audit/index.ts";
import { endSession } from "../sessions/index.ts";
import {
  revokeClientToken,
  verifyClientToken,
  verifyRefreshToken,
  verifyUserToken,
} from "../tokens/index.ts";
import { unlessInvalid } from "./unless-invalid.ts";

/**
 * Ends the session that a token belongs to, like a log-out, or a token that a client has for itself (RFC 7009 §2). A token that
 * is unknown or expired is no error (§2.2) and ends nothing.
 */
export async function revokeToken(ctx: Context, token: string): Promise<void> {
  const claims =
    (await unlessInvalid(verifyUserToken(ctx, token))) ??
    (await unlessInvalid(verifyRefreshToken(ctx, token)));
  if (claims) return endSession(ctx, { id: claims.sid, userId: claims.sub });
  const ofClient = await unlessInvalid(verifyClientToken(ctx, token));
  if (!ofClient) return;
  await revokeClientToken(ctx, ofClient);
  await writeAudit(ctx, {
    action: "client.token_revoked",
    result: "success",
    userId: null,
    detail: { client_id: ofClient.client_id },
  });
}
