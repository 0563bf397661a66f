import { eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import { updateRows } from "../../platform/db/effects.ts";
import type { Context } from "../../platform/platform.ts";
import { storeKnownDevice } from "../devices/index.ts";
import { proveFactor, type SentFactor, turnOff } from "../mfa/index.ts";
import { proveOwner } from "../passwords/index.ts";
import { nextCredentialsVersion, users } from "../users/index.ts";
import { refuseCode } from "./refuse-code.ts";

const action = "user.mfa_disabled";

/**
 * Turns the second factor off and ends the user's other sessions. Needs the factor and what `proveOwner` needs. Throws what
 * `proveOwner` throws, and `INVALID_CODE` (also where no second factor is on).
 */
export async function disable(
  ctx: Context<UserActor>,
  { password, sent }: { readonly password: string | undefined; readonly sent: SentFactor },
): Promise<void> {
  const { userId, sessionId } = ctx.actor;
  const account = await proveOwner(ctx, password, { action, field: "password" });
  const proof = await proveFactor(ctx, { userId, ...account }, sent, { action, sessionId });
  const announce = () => ({ subject: "user", id: userId }) as const;
  const [row] = await commit(ctx, { query: proof.query, announce }, ({ email }) => [
    updateRows(
      users,
      { credentialsVersion: nextCredentialsVersion, updatedAt: ctx.clock.now() },
      eq(users.id, userId),
    ),
    ...turnOff(ctx, { userId, email }, { by: "user", sessionId }),
    ...proof.effects,
  ]);
  if (!row) throw refuseCode(ctx, action);
  // The statement has raised the version that it returned.
  storeKnownDevice(ctx, { userId, credentialsVersion: row.credentialsVersion + 1 });
}
