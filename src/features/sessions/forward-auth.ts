import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";

/** What a proxy is told of a user. */
export type ForwardedIdentity = Pick<UserActor, "userId" | "email" | "username" | "roles">;

/**
 * Throws `FORBIDDEN` unless the user has every role and every permission that the address's `role` and `permission`
 * parameters name.
 */
export function assertMeets(
  identity: ForwardedIdentity,
  address: string,
  permissionsOf: (roles: readonly string[]) => readonly string[],
): void {
  const start = address.indexOf("?");
  if (start < 0) return;
  const needed = new URLSearchParams(address.slice(start));
  const lacksRole = needed.getAll("role").some((role) => !identity.roles.includes(role));
  const held = permissionsOf(identity.roles);
  const lacksPermission = needed.getAll("permission").some((name) => !held.includes(name));
  if (lacksRole || lacksPermission) {
    throw new AppError("FORBIDDEN", "You are not allowed to do this.");
  }
}

/** What the application behind the proxy is told of the user, as headers. */
export function identityHeaders(identity: ForwardedIdentity): Record<string, string> {
  return {
    "x-auth-user-id": identity.userId,
    "x-auth-email": identity.email,
    "x-auth-username": identity.username ?? "",
    "x-auth-roles": identity.roles.join(","),
  };
}
