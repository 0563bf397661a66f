import type { Actor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { assertAllExist } from "./errors.ts";
import { findRoles, type RoleReading, type RoleRecord } from "./queries.ts";
import { adminRole } from "./user-with-roles.ts";

/**
 * No user may give or take a permission that they lack. Throws `FORBIDDEN` unless the actor has all of these permissions. The
 * operator at the command line, and the service itself, may do everything.
 */
export function assertHolds(actor: Actor, permissions: readonly string[]): void {
  if (mayEverything(actor)) return;
  const held = actor.kind === "user" ? actor.permissions : [];
  if (permissions.some((name) => !held.includes(name))) {
    throw new AppError("FORBIDDEN", "This needs a permission that you do not have.");
  }
}

/**
 * The roles that are to be added to a user or removed. Throws `VALIDATION_ERROR` if one does not exist, and `FORBIDDEN` unless
 * the actor has every permission of theirs, and has or administers those that applications know by name (`mayAssignByName`).
 * Only an admin adds or removes `admin`, which also has the permissions that are created later. `received` are the names as they
 * were sent: faults name their places.
 */
export async function findGrantable(
  ctx: Context,
  names: readonly string[],
  received: readonly string[] = names,
): Promise<readonly RoleReading[]> {
  if (names.length === 0) return [];
  const found = new Map((await findRoles(ctx.db, names)).map((role) => [role.name, role]));
  assertAllExist("roles", received, (name) => found.has(name) || !names.includes(name));
  const { actor } = ctx;
  const roles = [...found.values()];
  assertHolds(
    actor,
    roles.flatMap((role) => role.permissions),
  );
  if (found.has(adminRole) && !isAdmin(actor)) {
    throw new AppError("FORBIDDEN", "Only an admin may give or remove this role.");
  }
  if (!roles.every((role) => mayAssignByName(actor, role))) {
    throw new AppError("FORBIDDEN", "A role without permissions is given by those who have it.");
  }
  return roles;
}

/** A role as `mayAssignByName` decides on it. */
export type NamedRole = Pick<RoleRecord, "name" | "permissions">;

/**
 * A role without permissions means something to applications alone (forward-auth `?role=`), so that permissions do not say who may
 * assign it: those who have it, and admins.
 */
export function mayAssignByName(actor: Actor, role: NamedRole): boolean {
  if (role.permissions.length > 0 || isAdmin(actor)) return true;
  return actor.kind === "user" && actor.roles.includes(role.name);
}

/** No user but an admin adds a role to themself: applications trust its name, whatever it permits here. Throws `FORBIDDEN`. */
export function assertNotOwn(
  actor: Actor,
  { userId, added }: { userId: string; added: readonly string[] },
): void {
  if (added.length === 0 || isAdmin(actor)) return;
  if (actor.kind !== "user" || actor.userId !== userId) return;
  throw new AppError("FORBIDDEN", "Only an admin may add a role to their own account.");
}

/**
 * No user may disable, delete or restore a user who has more permissions: throws `FORBIDDEN` unless the actor has every
 * permission of that user. Only admins may act on an admin.
 */
export function assertMayAdminister(
  actor: Actor,
  user: { readonly roles: readonly string[]; readonly permissions: readonly string[] },
): void {
  assertHolds(actor, user.permissions);
  if (user.roles.includes(adminRole) && !isAdmin(actor)) {
    throw new AppError("FORBIDDEN", "Only an admin may do this to an admin.");
  }
}

/** Whether an actor has the role `admin`, or is the operator or the service itself. */
export function isAdmin(actor: Actor): boolean {
  return mayEverything(actor) || (actor.kind === "user" && actor.roles.includes(adminRole));
}

function mayEverything(actor: Actor): actor is Exclude<Actor, { kind: "user" | "anonymous" }> {
  return actor.kind === "operator" || actor.kind === "system";
}
