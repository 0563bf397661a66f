import { sql, type SQL } from "drizzle-orm";

import {
  changedColumn,
  type Effect,
  type FollowedEffect,
  insertRow,
} from "../../platform/db/write.ts";
import type { Context } from "../../platform/platform.ts";
import { queueMail } from "../mail/index.ts";
import type { UserRecord } from "../roles/index.ts";
import { deviceOf } from "./device.ts";
import { knownDevices } from "./table.ts";

/**
 * The effect of noting from what a user signs in, and of telling her by mail when she never did from that before: of racing
 * sign-ins one tells her. Her first device is no news. An address that nobody has verified may be a stranger's, and is
 * not written to.
 */
export function rememberDevice(ctx: Context, user: UserRecord): FollowedEffect {
  const now = ctx.clock.now();
  const { ipAddress, userAgent } = ctx.origin;
  const insert = insertRow(knownDevices, {
    userId: user.id,
    device: deviceOf(userAgent),
    firstSeenAt: now,
    lastSeenAt: now,
  });
  const content = { kind: "new-sign-in", at: now.toISOString(), ipAddress, userAgent } as const;
  const notice = queueMail(ctx, { userId: user.id, to: user.email, content }, isNews(user));
  return {
    // A row that the statement itself inserted was deleted or locked by nobody: its `xmax` is 0.
    effect: (changed) => sql`
      ${insert(changed)} on conflict ("user_id", "device") do update set last_seen_at = excluded.last_seen_at
      returning (${knownDevices}.xmax = 0) as "is_new"`,
    followedBy: user.emailVerifiedAt === null ? [] : [notice],
  };
}

/** The effect of forgetting all of a user's devices but the one in use. */
export function forgetDevices(ctx: Context, userId: string, when: SQL): Effect {
  const device = deviceOf(ctx.origin.userAgent);
  return (changed) => sql`
    delete from ${knownDevices} using ${changed}
    where ${knownDevices.userId} = ${userId} and ${knownDevices.device} <> ${device} and ${when}`;
}

/** The statement sees the table as it was before: whether there was a device, and this one was none of them. */
function isNews(user: UserRecord): SQL {
  return sql`${changedColumn("is_new")} and exists (
    select from ${knownDevices} where ${knownDevices.userId} = ${user.id})`;
}
