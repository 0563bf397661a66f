import { Type } from "@sinclair/typebox";
import { and, eq, exists, isNull, not, sql } from "drizzle-orm";

import { createTickets, type Ticket } from "../../platform/jwt/tickets.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Platform } from "../../platform/platform.ts";
import { adminRole, userRoles } from "../roles/index.ts";
import { users } from "../users/index.ts";

/** How long a link to create the first administrator is valid, in seconds. Each start makes a new one. */
const ttlSeconds = 86_400;

/** An expired token is told apart from an invalid one for this time. */
const graceSeconds = 90 * 86_400;

/**
 * A token that creates the first administrator (`createFirstAdmin`), or null if there is one. Nothing is stored: every replica
 * verifies its signature, and it is void as soon as a user has the role `admin`.
 */
export async function issueSetUpToken(platform: Platform): Promise<string | null> {
  if (!(await isWithoutAdmin(platform.db))) return null;
  return tickets(platform).issue(platform.random.token(256), {});
}

/** The ticket of such a token, `expired`, or null for any other text. */
export async function readSetUpToken(
  platform: Platform,
  token: string,
): Promise<Ticket<object> | "expired" | null> {
  const ticket = await tickets(platform).verify(token, { graceSeconds });
  if (ticket === null) return null;
  return ticket.expiresAt > platform.clock.now() ? ticket : "expired";
}

/** Gives a row while no user has the role `admin`; deleted users do not count. */
export function selectWithoutAdmin(db: Db) {
  return db
    .select({ isFree: sql<boolean>`true`.as("is_free") })
    .from(sql`(select) as "free"`)
    .where(not(exists(admins(db))));
}

/** Whether no user has the role `admin`. */
export async function isWithoutAdmin(db: Db): Promise<boolean> {
  return (await selectWithoutAdmin(db)).length > 0;
}

function admins(db: Db) {
  return db
    .select({ id: users.id })
    .from(users)
    .innerJoin(userRoles, eq(userRoles.userId, users.id))
    .where(and(eq(userRoles.role, adminRole), isNull(users.deletedAt)));
}

function tickets({ settings, clock }: Platform) {
  return createTickets(
    { settings, clock },
    { purpose: "set-up", ttlSeconds, claims: Type.Object({}) },
  );
}
