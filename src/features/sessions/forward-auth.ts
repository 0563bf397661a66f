import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";

/** What a reverse proxy asks for: all of these roles, and all of these permissions. */
export interface ForwardRequirements {
  readonly roles: readonly string[];
  readonly permissions: readonly string[];
}

/** Throws `FORBIDDEN` unless the user has every role and permission that was asked for. */
export function assertMeets(
  actor: UserActor,
  needed: ForwardRequirements,
  permissionsOf: (roles: readonly string[]) => readonly string[],
): void {
  const lacksRole = needed.roles.some((role) => !actor.roles.includes(role));
  if (lacksRole || lacksPermission()) {
    throw new AppError("FORBIDDEN", "You are not allowed to do this.");
  }

  function lacksPermission(): boolean {
    if (needed.permissions.length === 0) return false;
    const held = permissionsOf(actor.roles);
    return needed.permissions.some((permission) => !held.includes(permission));
  }
}

/** What the application behind the proxy is told of the user, as header values. */
export function identityHeaders(actor: UserActor): Record<string, string> {
  return {
    "x-auth-user-id": actor.userId,
    "x-auth-email": actor.email,
    "x-auth-username": actor.username ?? "",
    "x-auth-roles": actor.roles.join(","),
  };
}
