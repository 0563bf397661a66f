import type { Static } from "@sinclair/typebox";

import type { UserActor } from "../../kernel/context.ts";
import { viewProfile } from "../users/index.ts";
import type { ownUserSchema } from "./model.ts";

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
  };
}
