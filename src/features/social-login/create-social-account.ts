import { sql } from "drizzle-orm";

import { findAppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import { insertRow } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { recordEvent } from "../events/index.ts";
import { insertIdentity } from "../identities/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import {
  acceptableProfile,
  assertDomainAllowed,
  assertRegistrationOpen,
  duplicate,
  firstCredentialsVersion,
  users,
} from "../users/index.ts";
import { identityOf, type ProvenProfile, refuse } from "./proven-profile.ts";

/**
 * Creates a verified account without password for an identity. False, with nothing written, if another request has linked the
 * identity or registered the address since. Throws `REGISTRATION_CLOSED`, `RATE_LIMITED`.
 */
export async function createSocialAccount(
  ctx: Context,
  proven: ProvenProfile,
  email: string,
): Promise<boolean> {
  const { provider, profile } = proven;
  assertMayRegister(ctx, provider, email);
  await spendOrReject(ctx, [{ limit: limits.registrationByAddress, source: addressSource(ctx) }]);
  const now = ctx.clock.now();
  const userId = ctx.random.id(now);
  const credentialsVersion = firstCredentialsVersion;
  const owner = sql`select ${userId}::uuid as "user_id", ${credentialsVersion}::integer as "credentials_version"`;
  // The identity is the change, and the user its effect: without the one, the other is not written.
  const creation = commit(ctx, insertIdentity(ctx, identityOf(proven), owner), () => [
    insertRow(users, {
      id: userId,
      email,
      ...acceptableProfile(profile),
      credentialsVersion,
      emailVerifiedAt: now,
      createdAt: now,
      updatedAt: now,
    }),
    recordAudit(ctx, {
      action: "user.registered",
      result: "success",
      userId,
      detail: { by: provider },
    }),
    recordAudit(ctx, {
      action: "user.identity_linked",
      result: "success",
      userId,
      detail: { provider },
    }),
    ...recordEvent(ctx, "user.registered", { user_id: userId, email }),
  ]);
  const rows = await creation.catch((error: unknown) => {
    if (duplicate(error) === null) throw error;
    return [];
  });
  return rows.length > 0;
}

function assertMayRegister(ctx: Context, by: string, email: string): void {
  try {
    assertRegistrationOpen(ctx);
    assertDomainAllowed(ctx, email);
  } catch (error) {
    const refusal = findAppError(error);
    if (refusal === null) throw error;
    throw refuse(ctx, { action: "user.login", userId: null, by, reason: refusal.code }, refusal);
  }
}
