import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { insertRow } from "../../platform/db/effects.ts";
import type { Ticket } from "../../platform/jwt/tickets.ts";
import type { Context } from "../../platform/platform.ts";
import { isUsedTicket, useTicketOnce } from "../../platform/used-tickets/use-ticket.ts";
import { recordAudit, recordFailure } from "../audit/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { hashChosenPassword } from "../passwords/index.ts";
import { adminRole, userRoles } from "../roles/index.ts";
import { completeSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import {
  canonicalEmail,
  duplicate,
  endReservation,
  firstCredentialsVersion,
  isUsername,
  users,
} from "../users/index.ts";
import { findAccountAt, userNotFound } from "./find-account.ts";
import { isWithoutAdmin, readSetUpToken, selectWithoutAdmin } from "./set-up-tokens.ts";

const action = "user.created";
const by = "set_up_link";

/** The administrator to create, and the token of the link that the start printed. */
export interface FirstAdmin {
  readonly token: string;
  readonly email: string;
  readonly username: string | null;
  readonly password: string;
  readonly confirmation: string;
}

/**
 * Creates the first administrator, with a verified address, and signs them in. Of racing requests one succeeds. Throws
 * `INVALID_TOKEN` (also when there is an administrator), `EXPIRED_TOKEN`, `INVALID_EMAIL`, `VALIDATION_ERROR`, `WEAK_PASSWORD`,
 * `PASSWORD_MISMATCH`, `DUPLICATE_EMAIL`, `DUPLICATE_USERNAME`, `RATE_LIMITED`, `OVERLOADED`.
 */
export async function createFirstAdmin(ctx: Context, input: FirstAdmin): Promise<TokenResponse> {
  const ticket = await usableTicket(ctx, input.token);
  const email = canonicalEmail(input.email);
  const { username, password, confirmation } = input;
  if (username !== null && !isUsername(username)) {
    throw new AppError("VALIDATION_ERROR", "This is not a valid username.");
  }
  const passwordHash = await hashChosenPassword(ctx, {
    password,
    confirmation,
    username,
    email,
    beforeHashing: () =>
      spendOrReject(ctx, [{ limit: limits.registrationByAddress, source: addressSource(ctx) }]),
  });
  await write(ctx, ticket, { email, username, passwordHash });
  const user = await findAccountAt(ctx, email);
  if (user === null) throw userNotFound();
  const credentialsVersion = firstCredentialsVersion;
  return completeSignIn(ctx, { user, amr: ["pwd"], credentialsVersion, by });
}

async function usableTicket(ctx: Context, token: string): Promise<Ticket<object>> {
  const ticket = await readSetUpToken(ctx, token);
  if (ticket === null) throw refused(ctx, "invalid_token");
  if (ticket === "expired") {
    recordFailure(ctx, { action, userId: null, detail: { by, reason: "expired_token" } });
    throw new AppError("EXPIRED_TOKEN", "The link has expired. A restart prints a new one.");
  }
  // Hashing is costly, and the answer would be the same.
  if (!(await isWithoutAdmin(ctx.db))) throw refused(ctx, "admin_exists");
  return ticket;
}

async function write(
  ctx: Context,
  ticket: Ticket<object>,
  columns: { email: string; username: string | null; passwordHash: string },
): Promise<void> {
  const now = ctx.clock.now();
  const userId = ctx.random.id(now);
  const query = selectWithoutAdmin(ctx.db);
  const times = { emailVerifiedAt: now, createdAt: now, updatedAt: now };
  const rows = await commit(ctx, { query }, () => [
    // Of two that see no admin, whatever their tokens, the second waits for this row and fails.
    useTicketOnce({ id: "set-up", expiresAt: now }),
    useTicketOnce(ticket),
    insertRow(users, { id: userId, ...columns, ...times }),
    ...(columns.username === null ? [] : [endReservation(ctx, columns.username)]),
    insertRow(userRoles, { userId, role: adminRole, createdAt: now }),
    recordAudit(ctx, { action, result: "success", userId, detail: { roles: [adminRole], by } }),
  ]).catch((error: unknown) => {
    if (isUsedTicket(error)) return [];
    const refusal = duplicate(error);
    if (refusal === null) throw error;
    recordFailure(ctx, { action, userId: null, detail: { by, reason: refusal.code } });
    throw refusal;
  });
  if (rows.length === 0) throw refused(ctx, "admin_exists");
}

function refused(ctx: Context, reason: string): AppError {
  recordFailure(ctx, { action, userId: null, detail: { by, reason } });
  return new AppError(
    "INVALID_TOKEN",
    "The link is invalid, or there is an administrator already.",
  );
}
