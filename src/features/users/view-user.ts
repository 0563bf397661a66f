import type { UserView } from "./model.ts";
import type { UserRecord } from "./queries.ts";

/** Every account has this role. */
export const baseRole = "user";

/** All roles of a user, `user` first. */
export function rolesOf(user: Pick<UserRecord, "roles">): string[] {
  return [baseRole, ...user.roles.filter((role) => role !== baseRole)];
}

/** The user as answers show her. */
export function viewUser(user: UserRecord): UserView {
  return {
    id: user.id,
    email: user.email,
    username: user.username,
    name: user.name,
    email_verified: user.emailVerifiedAt !== null,
    roles: rolesOf(user),
  };
}
