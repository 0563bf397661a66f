import type { Actor } from "../../kernel/context.ts";

/** Whether an actor may create and change users: the operator, the service itself, and users with `users:write`. */
export function administersUsers(actor: Actor): boolean {
  if (actor.kind === "user") return actor.permissions.includes("users:write");
  return actor.kind === "operator" || actor.kind === "system";
}
