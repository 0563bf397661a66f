import type { Actor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { adminRole } from "./built-in-roles.ts";
import { assertAllExist } from "./errors.ts";
import { findRoles, type RoleReading } from "./queries.ts";

/**
 * Nobody gives or takes what she lacks. Throws `FORBIDDEN` unless whoever acts has all of these permissions. The operator at
 * the command line, and the service itself, may do everything.
 */
export function assertHolds(actor: Actor, permissions: readonly string[]): void {
  if (mayEverything(actor)) return;
  const held = actor.kind === "user" ? actor.permissions : [];
  if (permissions.some((name) => !held.includes(name))) {
    throw new AppError("FORBIDDEN", "This takes a permission that you do not have yourself.");
  }
}

/**
 * The roles that are to be given to a user or taken, as they are judged here: throws `VALIDATION_ERROR` where one does not
 * exist, and `FORBIDDEN` unless whoever acts has every permission of theirs. An admin is made and unmade by admins alone, for `admin` also has the
 * permissions that are yet to come. `received` are the names as the caller sent them, by whose places faults are told.
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
  assertHolds(
    actor,
    [...found.values()].flatMap((role) => role.permissions),
  );
  if (found.has(adminRole) && !isAdmin(actor)) {
    throw new AppError("FORBIDDEN", "Only an admin gives this role or takes it.");
  }
  return [...found.values()];
}

/**
 * Nobody disarms, or brings back, who may do more than she: throws `FORBIDDEN` unless whoever acts has every permission of the
 * user she acts on. On an admin only admins act.
 */
export function assertMayAdminister(
  actor: Actor,
  user: { readonly roles: readonly string[]; readonly permissions: readonly string[] },
): void {
  assertHolds(actor, user.permissions);
  if (user.roles.includes(adminRole) && !isAdmin(actor)) {
    throw new AppError("FORBIDDEN", "Only an admin acts on another one.");
  }
}

function isAdmin(actor: Actor): boolean {
  return mayEverything(actor) || (actor.kind === "user" && actor.roles.includes(adminRole));
}

function mayEverything(actor: Actor): actor is Exclude<Actor, { kind: "user" | "anonymous" }> {
  return actor.kind === "operator" || actor.kind === "system";
}
