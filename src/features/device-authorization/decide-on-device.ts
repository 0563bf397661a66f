import { and, eq, gt, isNull } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { clients } from "../clients/index.ts";
import { giveConsent } from "../consents/index.ts";
import { hasTwoFactors } from "../roles/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { deviceAuthorizations } from "./table.ts";
import { readUserCode } from "./user-code.ts";

/** A request of a device that a user may decide on. */
export interface DeviceRequest {
  readonly userCode: string;
  readonly clientId: string;
  readonly clientName: string;
  readonly scopes: readonly string[];
  /** The resource that the tokens are for (RFC 8707); null for none beside the client. */
  readonly resource: string | null;
  /** Whether the user must prove a second factor before they can allow it. */
  readonly needsSecondFactor: boolean;
}

/** The request with a code that a user typed, or null. Guessing is limited by user and by address. Throws `RATE_LIMITED`. */
export async function findDeviceRequest(
  ctx: Context<UserActor>,
  typed: string,
): Promise<DeviceRequest | null> {
  await spendOrReject(ctx, [
    { limit: limits.userCodeByAccount, source: ctx.actor.userId },
    { limit: limits.userCodeByAddress, source: addressSource(ctx) },
  ]);
  const userCode = readUserCode(typed);
  if (userCode === null) return null;
  const [found] = await ctx.db
    .select({
      userCode: deviceAuthorizations.userCode,
      clientId: deviceAuthorizations.clientId,
      clientName: clients.name,
      scopes: deviceAuthorizations.scopes,
      resource: deviceAuthorizations.resource,
      requireMfa: clients.requireMfa,
    })
    .from(deviceAuthorizations)
    .innerJoin(clients, eq(clients.clientId, deviceAuthorizations.clientId))
    .where(isUndecided(ctx, userCode));
  if (!found) return null;
  const { requireMfa, ...request } = found;
  return { ...request, needsSecondFactor: requireMfa && !hasTwoFactors(ctx.actor.amr) };
}

/** What became of a decision. */
type Decision = "decided" | "needs_second_factor" | "unknown";

/**
 * Records what the user decided; the same decision of the same user again changes nothing. `unknown` if the request is not open
 * any more. Throws `RATE_LIMITED`.
 */
export async function decideOnDevice(
  ctx: Context<UserActor>,
  { typed, isAllowed }: { readonly typed: string; readonly isAllowed: boolean },
): Promise<Decision> {
  const request = await findDeviceRequest(ctx, typed);
  if (request === null) return findRepeated(ctx, { typed, isAllowed });
  if (isAllowed && request.needsSecondFactor) return "needs_second_factor";
  const { userCode, clientId, scopes, resource } = request;
  const { userId, sessionId } = ctx.actor;
  if (isAllowed) await giveConsent(ctx, { clientId, scopes, resource });
  const query = ctx.db
    .update(deviceAuthorizations)
    .set({ isAllowed, userId, sessionId })
    .where(isUndecided(ctx, userCode))
    .returning({ digest: deviceAuthorizations.digest });
  const decided = await commit(ctx, { query }, () => [
    recordAudit(ctx, {
      action: "client.device_decided",
      result: isAllowed ? "success" : "failure",
      userId,
      sessionId,
      detail: { client_id: clientId, scopes },
    }),
  ]);
  return decided.length > 0 ? "decided" : findRepeated(ctx, { typed, isAllowed });
}

/** A button that is pressed twice sends the form twice, and browsers show the second response alone. */
async function findRepeated(
  ctx: Context<UserActor>,
  { typed, isAllowed }: { readonly typed: string; readonly isAllowed: boolean },
): Promise<Decision> {
  const userCode = readUserCode(typed);
  if (userCode === null) return "unknown";
  const [repeated] = await ctx.db
    .select({ digest: deviceAuthorizations.digest })
    .from(deviceAuthorizations)
    .where(
      and(
        eq(deviceAuthorizations.userCode, userCode),
        eq(deviceAuthorizations.userId, ctx.actor.userId),
        eq(deviceAuthorizations.isAllowed, isAllowed),
        gt(deviceAuthorizations.expiresAt, ctx.clock.now()),
      ),
    );
  return repeated ? "decided" : "unknown";
}

function isUndecided(ctx: Context, userCode: string) {
  return and(
    eq(deviceAuthorizations.userCode, userCode),
    isNull(deviceAuthorizations.isAllowed),
    gt(deviceAuthorizations.expiresAt, ctx.clock.now()),
  );
}
