import type { UserActor } from "../../kernel/context.ts";
import { AppError, findAppError } from "../../kernel/errors.ts";
import { findBearerToken } from "../../platform/http/bearer.ts";
import type { Authenticator } from "../../platform/http/guard.ts";
import type { RefreshCookie } from "../../platform/http/refresh-cookie.ts";
import type { Context } from "../../platform/platform.ts";
import { rolesOf } from "../roles/index.ts";
import { introspectRefreshToken } from "../sessions/index.ts";

/** The members of a user that conditions are checked against and that the proxy receives. */
export type ForwardedIdentity = Pick<
  UserActor,
  "userId" | "email" | "emailVerified" | "username" | "roles" | "permissions"
>;

/** How a proxied request is authenticated. */
export interface ForwardAuthentication extends Authenticator {
  readonly cookie: RefreshCookie;
}

/**
 * The user of a proxied request: by its bearer token, else by the browser session cookie, else by the refresh cookie. Throws
 * `AUTHENTICATION_REQUIRED`, `INVALID_TOKEN`, `EXPIRED_TOKEN`, `FORBIDDEN` (origin of the refresh cookie).
 */
export function forwardedIdentity(
  ctx: Context,
  request: Request,
  { authenticate, authenticateBrowser, cookie }: ForwardAuthentication,
): ForwardedIdentity | Promise<ForwardedIdentity> {
  const token = findBearerToken(request.headers.get("authorization"));
  if (token !== null) return authenticate(ctx, token);
  const browserToken = ctx.device?.browserToken ?? null;
  if (browserToken === null) return identityOfRefreshCookie(ctx, cookie, request);
  const identity = authenticateBrowser(ctx, browserToken);
  return identity instanceof Promise
    ? identity.catch((error: unknown) => {
        if (findAppError(error)?.code !== "AUTHENTICATION_REQUIRED") throw error;
        return identityOfRefreshCookie(ctx, cookie, request);
      })
    : identity;
}

async function identityOfRefreshCookie(
  ctx: Context,
  cookie: RefreshCookie,
  request: Request,
): Promise<ForwardedIdentity> {
  const token = cookie.peek(request);
  if (token === null) throw new AppError("AUTHENTICATION_REQUIRED", "Sign in first.");
  const { user, permissions } = await introspectRefreshToken(ctx, token);
  const { id: userId, email, emailVerifiedAt, username } = user;
  const emailVerified = emailVerifiedAt !== null;
  return { userId, email, emailVerified, username, roles: rolesOf(user), permissions };
}

/** Whether a browser that is not admitted is to be sent to the sign-in: the address has `redirect=true`. */
export function isRedirectWanted(address: string): boolean {
  const start = address.indexOf("?");
  return start >= 0 && new URLSearchParams(address.slice(start)).get("redirect") === "true";
}

/**
 * Throws `FORBIDDEN` unless the user has every role and every permission that the address's `role` and `permission`
 * parameters name, and `VALIDATION_ERROR` for any other parameter but `redirect=true`: a misspelt condition must not be ignored.
 */
export function assertMeets(identity: ForwardedIdentity, address: string): void {
  const start = address.indexOf("?");
  if (start < 0) return;
  const needed = new URLSearchParams(address.slice(start));
  if ([...needed].some(([name, value]) => !isParameter(name, value))) {
    const issue = "Only `role`, `permission` and `redirect=true` are supported.";
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

function isParameter(name: string, value: string): boolean {
  return name === "role" || name === "permission" || (name === "redirect" && value === "true");
}

/**
 * The headers for the application behind the proxy. No stored text can end or split a header, since other characters are
 * percent-encoded. The same identity returns the same object, so that a cached user's headers are written once.
 */
export function identityHeaders(identity: ForwardedIdentity): Readonly<Record<string, string>> {
  const earlier = written.get(identity);
  if (earlier) return earlier;
  const headers = writeHeaders(identity);
  written.set(identity, headers);
  return headers;
}

const written = new WeakMap<ForwardedIdentity, Readonly<Record<string, string>>>();

function writeHeaders(identity: ForwardedIdentity): Record<string, string> {
  return {
    "x-auth-user-id": identity.userId,
    // The applications take the address for the user's own, so it is asserted only once it is verified.
    ...(identity.emailVerified
      ? { "x-auth-email": identity.email.replaceAll(notVisible, encodeURIComponent) }
      : {}),
    "x-auth-username": (identity.username ?? "").replaceAll(notVisible, encodeURIComponent),
    "x-auth-roles": identity.roles
      .map((role) => role.replaceAll(notInList, encodeURIComponent))
      .join(","),
  };
}

const notVisible = /[^\u0021-\u007e]+/g;
/** Characters that are percent-encoded in a role, so that the list can be split at its commas and decoded. */
const notInList = /[^\u0021-\u007e]+|[%,]/g;
