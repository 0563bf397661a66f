import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";

/** What is asked of a user, and what a proxy is told of her. */
export type ForwardedIdentity = Pick<
  UserActor,
  "userId" | "email" | "username" | "roles" | "permissions"
>;

/**
 * Throws `FORBIDDEN` unless the user has every role and every permission that the address's `role` and `permission`
 * parameters name, and `VALIDATION_ERROR` for any other parameter: a misspelt condition must not be none.
 */
export function assertMeets(identity: ForwardedIdentity, address: string): void {
  const start = address.indexOf("?");
  if (start < 0) return;
  const needed = new URLSearchParams(address.slice(start));
  if ([...needed.keys()].some((name) => name !== "role" && name !== "permission")) {
    const issue = "Only `role` and `permission` can be asked for.";
    throw new AppError("VALIDATION_ERROR", "The request is not valid.", {
      faults: [{ field: "query", issue }],
    });
  }
  const lacksRole = needed.getAll("role").some((role) => !identity.roles.includes(role));
  const lacksPermission = needed
    .getAll("permission")
    .some((name) => !identity.permissions.includes(name));
  if (lacksRole || lacksPermission) {
    throw new AppError("FORBIDDEN", "You are not allowed to do this.");
  }
}

/** What the application behind the proxy is told of the user, as headers that no stored text can end or split. */
export function identityHeaders(identity: ForwardedIdentity): Readonly<Record<string, string>> {
  const known = written.get(identity);
  if (known) return known;
  const headers = writeHeaders(identity);
  written.set(identity, headers);
  return headers;
}

/** Of whoever is remembered they are written once. */
const written = new WeakMap<ForwardedIdentity, Readonly<Record<string, string>>>();

function writeHeaders(identity: ForwardedIdentity): Record<string, string> {
  return {
    "x-auth-user-id": identity.userId,
    "x-auth-email": identity.email.replaceAll(notVisible, encodeURIComponent),
    "x-auth-username": (identity.username ?? "").replaceAll(notVisible, encodeURIComponent),
    "x-auth-roles": identity.roles
      .map((role) => role.replaceAll(notInList, encodeURIComponent))
      .join(","),
  };
}

const notVisible = /[^\u0021-\u007e]+/g;
/** Percent-encoded, so that the roles can be told apart at the commas, and decoded. */
const notInList = /[^\u0021-\u007e]+|[%,]/g;
