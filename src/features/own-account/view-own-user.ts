import type { Static } from "@sinclair/typebox";

import type { UserActor } from "../../kernel/context.ts";
import type { ownUserSchema } from "./model.ts";

/** The signed-in user as she sees herself. */
export function viewOwnUser(user: UserActor): Static<typeof ownUserSchema> {
  const { profile } = user;
  return {
    id: user.userId,
    email: user.email,
    username: user.username,
    name: user.name,
    email_verified: user.emailVerified,
    roles: [...user.roles],
    phone: profile.phone,
    avatar_url: profile.avatarUrl,
    locale: profile.locale,
    metadata: profile.metadata,
  };
}
