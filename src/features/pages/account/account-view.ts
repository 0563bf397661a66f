import type { UserActor } from "../../../kernel/context.ts";
import type { Context } from "../../../platform/platform.ts";
import { type ConsentRecord, listConsents } from "../../consents/index.ts";
import { type IdentityRecord, listIdentities } from "../../identities/index.ts";
import { listTrustedDevices, type TrustedDeviceRecord } from "../../mfa/index.ts";
import { findOwnSecurity, type OwnSecurity } from "../../own-account/index.ts";
import { listPasskeys, type PasskeyRecord } from "../../passkeys/index.ts";
import { listSessions, type SessionRecord } from "../../sessions/index.ts";

/** What the account page shows. */
export interface AccountView {
  readonly user: UserActor;
  readonly security: OwnSecurity;
  readonly passkeys: readonly PasskeyRecord[];
  readonly identities: readonly IdentityRecord[];
  readonly devices: readonly TrustedDeviceRecord[];
  /** What the user allowed applications. */
  readonly consents: readonly ConsentRecord[];
  readonly sessions: readonly SessionRecord[];
  /** The names of the providers that are switched on. */
  readonly providers: readonly string[];
}

/** As many entries of a list as the page shows: the newest. */
const newest = { limit: 100, cursor: null };

/** Reads it with the verbs of the API. Throws `INVALID_TOKEN` (the user was deleted or disabled meanwhile). */
export async function readAccountView(
  ctx: Context<UserActor>,
  providers: readonly string[],
): Promise<AccountView> {
  const user = ctx.actor;
  const security = await findOwnSecurity(ctx);
  const { items: passkeys } = await listPasskeys(ctx, newest);
  const { items: identities } = await listIdentities(ctx, newest);
  const { items: devices } = await listTrustedDevices(ctx, newest);
  const { items: consents } = await listConsents(ctx, user.userId, newest);
  const { items: sessions } = await listSessions(ctx, user.userId, newest);
  return { user, security, passkeys, identities, devices, consents, sessions, providers };
}
