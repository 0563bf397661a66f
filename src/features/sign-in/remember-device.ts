import { and, eq, isNull, lt, ne, notExists, sql } from "drizzle-orm";

import { sha256 } from "../../kernel/bytes.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { deleteBatch } from "../../platform/db/delete-batch.ts";
import {
  deferred,
  deleteRows,
  type Effect,
  followed,
  upsertRow,
  when,
} from "../../platform/db/effects.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Context } from "../../platform/platform.ts";
import { queueMail } from "../mail/index.ts";
import type { UserRecord } from "../roles/index.ts";
import { users } from "../users/index.ts";
import { knownDevices } from "./table.ts";

/** A device that was not used for this time counts as a new one. */
const rememberedSeconds = 365 * 86_400;
/** How exact the time of its last use is: within a day of one sign-in the next writes no new version of the row. */
const lastSeenSeconds = 86_400;

/** Version numbers such as `126.0.6478.127` and `10_15_7`; the digits in `Win64` and `x86` are part of a name. */
const versionNumbers = /(?<![\p{L}\p{N}])\p{Nd}+(?:[._]\p{Nd}+)*/gu;

/**
 * The digest by which a device is recognised: of its `User-Agent` without version numbers, so that an update does not make it a
 * new device. All clients that send no `User-Agent` are one device.
 */
export function deviceOf(userAgent: string | null): string {
  return sha256((userAgent ?? "").replaceAll(versionNumbers, ""));
}

/**
 * The effect of storing the device of a sign-in, and of mailing the user when it is a new one: of racing sign-ins one sends the
 * mail. The user's first device is not mailed about, and nothing is mailed to an address that is not verified: it may be
 * another person's.
 */
export function rememberDevice(ctx: Context, user: UserRecord): Effect {
  const now = ctx.clock.now();
  const { ipAddress, userAgent } = ctx.origin;
  const device = deviceOf(userAgent);
  const stored = upsertRow(
    knownDevices,
    { userId: user.id, device, firstSeenAt: now, lastSeenAt: now },
    {
      key: [knownDevices.userId, knownDevices.device],
      replace: [knownDevices.lastSeenAt],
      rows: "the device in use",
      where: lt(knownDevices.lastSeenAt, addSeconds(now, -lastSeenSeconds)),
    },
  );
  const content = { kind: "new-sign-in", at: now.toISOString(), ipAddress, userAgent } as const;
  // No transaction has deleted or locked a row that the statement itself inserted: its `xmax` is 0. Of a row that it left as it
  // is it returns nothing.
  return followed(stored, { isNew: sql<boolean>`${knownDevices}.xmax = 0` }, ({ isNew }) =>
    user.emailVerifiedAt === null
      ? []
      : when(sql`${isNew} and ${hadDevice(user)}`, [
          deferred(queueMail(ctx, { userId: user.id, to: user.email, content })),
        ]),
  );
}

/** Whether the user had any device: the statement reads the table as it was before. */
function hadDevice(user: UserRecord) {
  return sql`exists (select from ${knownDevices} where ${knownDevices.userId} = ${user.id})`;
}

/** The effect of deleting all of a user's devices but the one in use. */
export function forgetOtherDevices(ctx: Context, userId: string): Effect {
  const isOther = and(
    eq(knownDevices.userId, userId),
    ne(knownDevices.device, deviceOf(ctx.origin.userAgent)),
  );
  return deleteRows(knownDevices, isOther, "all devices but the one in use");
}

/**
 * Deletes a batch of devices that were not used for a year. Those of a user whose address is not verified stay: they show that
 * the account was used, which keeps it from being deleted.
 */
export function deleteExpiredDevices(db: Db, now: Date): Promise<number> {
  const before = addSeconds(now, -rememberedSeconds);
  const isOfUnverifiedUser = and(
    eq(users.id, knownDevices.userId),
    isNull(users.emailVerifiedAt),
    isNull(users.deletedAt),
  );
  const which = notExists(
    db
      .select({ one: sql`1` })
      .from(users)
      .where(isOfUnverifiedUser),
  );
  return deleteBatch(db, knownDevices, { since: knownDevices.lastSeenAt, before, which });
}
