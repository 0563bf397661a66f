import { and, desc, eq, gt, lt, sql } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import { addSeconds } from "../../kernel/clock.ts";
import type { UserActor } from "../../kernel/context.ts";
import { decodeCursor, encodeCursor } from "../../kernel/cursor.ts";
import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import { type Page, pageOf } from "../../kernel/page.ts";
import { commit } from "../../platform/db/commit.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import { type Effect, insertRow } from "../../platform/db/effects.ts";
import type { Db } from "../../platform/db/port.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { users } from "../users/index.ts";
import type { FactorOwner } from "./find-required-factor.ts";
import { trustedDevices } from "./table.ts";

const list = "trusted-devices";

/** For how long a device is trusted. */
const trustSeconds = 30 * 86_400;

/** A trusted device as it is listed. */
export interface TrustedDeviceRecord {
  readonly id: string;
  readonly userAgent: string | null;
  readonly createdAt: Date;
  readonly expiresAt: Date;
}

/** The trust of a user in the device that sent the request: its effects, and what gives the device its token. */
export interface NewTrust {
  readonly effects: readonly Effect[];
  readonly store: () => void;
}

/** Makes the device that sent the request a trusted one, for 30 days. Null for a request without a device: it has no cookies. */
export function trustDevice(
  ctx: Context,
  { userId, credentialsVersion }: FactorOwner,
): NewTrust | null {
  const { device } = ctx;
  if (!device) return null;
  const token = ctx.random.token(160);
  const now = ctx.clock.now();
  const row = {
    id: ctx.random.id(now),
    userId,
    digest: sha256(token),
    credentialsVersion,
    userAgent: ctx.origin.userAgent,
    createdAt: now,
    expiresAt: addSeconds(now, trustSeconds),
  };
  const entry = { action: "user.device_trusted", result: "success", userId } as const;
  return {
    effects: [insertRow(trustedDevices, row), recordAudit(ctx, entry)],
    store: () => device.storeTrust(token, trustSeconds),
  };
}

/** A page of the user's trusted devices, the newest first. Throws `VALIDATION_ERROR` for a cursor that is not of this list. */
export async function listTrustedDevices(
  ctx: Context<UserActor>,
  { limit, cursor }: PageQuery,
): Promise<Page<TrustedDeviceRecord>> {
  const after = cursor === null ? null : decodeCursor(list, cursor, isUuid);
  const rows = await ctx.db
    .select({
      id: trustedDevices.id,
      userAgent: trustedDevices.userAgent,
      createdAt: trustedDevices.createdAt,
      expiresAt: trustedDevices.expiresAt,
    })
    .from(trustedDevices)
    .innerJoin(
      users,
      and(
        eq(users.id, trustedDevices.userId),
        eq(users.credentialsVersion, trustedDevices.credentialsVersion),
      ),
    )
    .where(
      and(
        eq(trustedDevices.userId, ctx.actor.userId),
        gt(trustedDevices.expiresAt, ctx.clock.now()),
        after === null ? undefined : lt(trustedDevices.id, after),
      ),
    )
    .orderBy(desc(trustedDevices.id))
    .limit(limit + 1);
  return pageOf(rows, limit, (last) => encodeCursor(list, last.id));
}

/** Ends the trust in a device of the signed-in user. Throws `NOT_FOUND` if the user has no such device. */
export async function revokeTrustedDevice(ctx: Context<UserActor>, id: string): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  const isOwn = isUuid(id)
    ? and(eq(trustedDevices.id, id), eq(trustedDevices.userId, userId))
    : sql`false`;
  const query = ctx.db.delete(trustedDevices).where(isOwn).returning({ id: trustedDevices.id });
  const action = "user.device_trust_revoked";
  const rows = await commit(ctx, { query }, () => [
    recordAudit(ctx, { action, result: "success", userId, sessionId }),
  ]);
  if (rows.length === 0) throw new AppError("NOT_FOUND", "There is no such device.");
}

/** Deletes a batch of the devices in which trust has expired. */
export function deleteExpiredTrust(db: Db, now: Date): Promise<number> {
  return deleteBatch(db, trustedDevices, { since: trustedDevices.expiresAt, before: now });
}
