import type { UserActor } from "../../kernel/context.ts";
import type { Page } from "../../kernel/page.ts";
import type { PageQuery } from "../../platform/http/list.ts";
import type { Context } from "../../platform/platform.ts";
import { viewOwnUser } from "../access/index.ts";
import { listAuditLogs, viewAuditLog } from "../audit/index.ts";
import { listConsents, viewGrant } from "../consents/index.ts";
import { listIdentities, viewIdentity } from "../identities/index.ts";
import { limits, spendOrReject } from "../limits/index.ts";
import { listTrustedDevices } from "../mfa/index.ts";
import { listPasskeys, viewPasskey } from "../passkeys/index.ts";
import { listSessions, viewSession } from "../sessions/index.ts";
import { findOwnSecurity } from "./find-own-security.ts";

/** The most rows of one kind, so that a request has bounded work: the newest are given. */
const maximumRows = 10_000;
const rowsAtOnce = 500;

/**
 * Everything that is stored about the signed-in user, for them to keep (GDPR, Art. 15 and 20): no secret, and nothing about other
 * people. Of each kind at most the newest 10,000 rows. Throws `INVALID_TOKEN`, `RATE_LIMITED`.
 */
export async function collectOwnData(ctx: Context<UserActor>) {
  const { userId, sessionId } = ctx.actor;
  await spendOrReject(ctx, [{ limit: limits.ownDataByAccount, source: userId }]);
  const security = await findOwnSecurity(ctx);
  const everyUserRow = { userId, action: null, from: null, to: null };
  const identities = await collect((page) => listIdentities(ctx, page));
  const passkeys = await collect((page) => listPasskeys(ctx, page));
  const devices = await collect((page) => listTrustedDevices(ctx, page));
  const grants = await collect((page) => listConsents(ctx, userId, page));
  const sessions = await collect((page) => listSessions(ctx, userId, page));
  const rows = await collect((page) => listAuditLogs(ctx, everyUserRow, page));
  return {
    created_at: ctx.clock.now().toISOString(),
    user: viewOwnUser(ctx.actor),
    permissions: [...ctx.actor.permissions],
    has_password: security.hasPassword,
    has_second_factor: security.hasSecondFactor,
    identities: identities.map(viewIdentity),
    passkeys: passkeys.map(viewPasskey),
    trusted_devices: devices.map((device) => ({
      id: device.id,
      user_agent: device.userAgent,
      created_at: device.createdAt.toISOString(),
      expires_at: device.expiresAt.toISOString(),
    })),
    grants: grants.map(viewGrant),
    sessions: sessions.map((session) => viewSession(session, sessionId)),
    audit_log: rows.map((row) => withoutOtherPeople(viewAuditLog(row), userId)),
  };
}

/** An administrator's address and browser are that person's data, and not the user's. */
function withoutOtherPeople(row: ReturnType<typeof viewAuditLog>, userId: string) {
  const isOwn = row.actor_kind === "anonymous" || row.actor_id === userId;
  if (isOwn) return row;
  return { ...row, actor_id: null, session_id: null, amr: null, ip: null, user_agent: null };
}

async function collect<Item>(read: (page: PageQuery) => Promise<Page<Item>>): Promise<Item[]> {
  const items: Item[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await read({ limit: rowsAtOnce, cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null && items.length < maximumRows);
  return items;
}
