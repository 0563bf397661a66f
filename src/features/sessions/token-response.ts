import type { Platform } from "../../platform/platform.ts";
import { issueAccessToken, issueRefreshToken, type TokenResponse } from "../tokens/index.ts";
import { rolesOf, type UserRecord, viewUser } from "../roles/index.ts";
import type { OpenedSession } from "./open-session.ts";

/** Signs both tokens of a session and gives what every successful sign-in and refresh answers. */
export async function tokenResponse(
  ctx: Platform,
  user: UserRecord,
  session: OpenedSession & { readonly amr: readonly string[] },
): Promise<TokenResponse> {
  const subject = {
    userId: user.id,
    sessionId: session.id,
    email: user.email,
    roles: rolesOf(user),
    amr: session.amr,
  };
  const [access, refreshToken] = await Promise.all([
    issueAccessToken(ctx, subject, session.expiresAt),
    issueRefreshToken(ctx, subject, session.refreshToken),
  ]);
  return {
    access_token: access.token,
    refresh_token: refreshToken,
    token_type: "bearer",
    expires_in: access.expiresInSeconds,
    user_id: user.id,
    user: viewUser(user),
  };
}
