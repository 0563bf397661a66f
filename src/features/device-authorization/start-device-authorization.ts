import { sha256 } from "../../kernel/bytes.ts";
import { addSeconds } from "../../kernel/clock.ts";
import { OAuthError } from "../../kernel/oauth-error.ts";
import type { Context } from "../../platform/platform.ts";
import { findResourceFault } from "../authorization/index.ts";
import { type ClientRecord, deviceGrantType } from "../clients/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { deviceAuthorizations } from "./table.ts";
import { createUserCode, showUserCode } from "./user-code.ts";

const lifeSeconds = 600;
const intervalSeconds = 5;

/** What a device shows its user, and asks for tokens with (RFC 8628 §3.2). */
export interface StartedDevice {
  readonly deviceCode: string;
  readonly userCode: string;
  readonly verificationUri: string;
  readonly expiresInSeconds: number;
  readonly intervalSeconds: number;
}

/** The parameters of a device's request, as received. */
export interface DeviceRequestParameters {
  readonly scope?: string;
  /** RFC 8707 §2. */
  readonly resource?: string;
}

/**
 * Begins the authorization of a device (RFC 8628 §3.1). Throws `unauthorized_client`, `invalid_scope`, `invalid_target`,
 * `RATE_LIMITED`.
 */
export async function startDeviceAuthorization(
  ctx: Context,
  client: ClientRecord,
  { scope, resource }: DeviceRequestParameters,
): Promise<StartedDevice> {
  const source = addressSource(ctx);
  await spendOrReject(ctx, [{ limit: limits.deviceRequestByAddress, source }]);
  if (!client.grantTypes.includes(deviceGrantType)) {
    throw new OAuthError("unauthorized_client", "The client may not use device codes.");
  }
  const fault = resource === undefined ? null : findResourceFault(ctx, client, resource);
  if (fault !== null) throw new OAuthError(fault.error, fault.description);
  const now = ctx.clock.now();
  const deviceCode = ctx.random.token(256);
  const userCode = createUserCode(ctx.random);
  await ctx.db.insert(deviceAuthorizations).values({
    digest: sha256(deviceCode),
    userCode,
    clientId: client.clientId,
    scopes: scopesOf(client, scope),
    resource: resource ?? null,
    createdAt: now,
    expiresAt: addSeconds(now, lifeSeconds),
    intervalSeconds,
  });
  return {
    deviceCode,
    userCode: showUserCode(userCode),
    verificationUri: `${ctx.settings.publicUrl}/device`,
    expiresInSeconds: lifeSeconds,
    intervalSeconds,
  };
}

/** RFC 6749 §3.3: the scopes that the client may have, of those that it asks for. */
function scopesOf({ scopes }: ClientRecord, asked: string | undefined): string[] {
  if (asked === undefined) return [];
  const granted = [...new Set(asked.split(" "))].filter((each) => scopes.includes(each));
  if (granted.length > 0) return granted;
  throw new OAuthError("invalid_scope", "The client may have none of these scopes.");
}
