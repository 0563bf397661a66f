import type { Static } from "@sinclair/typebox";

import type { UserActor } from "../../kernel/context.ts";
import { viewProfile } from "../users/index.ts";
import type { ownUserSchema, validTokenSchema } from "./model.ts";

/** The wire form of the signed-in user. */
export function viewOwnUser(user: UserActor): Static<typeof ownUserSchema> {
  return {
    id: user.userId,
    email: user.email,
    username: user.username,
    name: user.name,
    email_verified: user.emailVerified,
    roles: [...user.roles],
    ...viewProfile(user.profile),
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  };
}

/** The wire form of a valid access token. */
export function viewValidToken(user: UserActor): Static<typeof validTokenSchema> {
  return {
    is_valid: true,
    user_id: user.userId,
    email: user.email,
    email_verified: user.emailVerified,
    expires_at: user.tokenExpiresAt.toISOString(),
    session_id: user.sessionId,
    roles: [...user.roles],
    permissions: [...user.permissions],
  };
}
