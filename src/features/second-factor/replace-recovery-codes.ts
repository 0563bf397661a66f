import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import {
  createRecoveryCodes,
  deleteRecoveryCodes,
  mailChange,
  proveFactor,
  storeRecoveryCodes,
} from "../mfa/index.ts";
import { proveOwner } from "../passwords/index.ts";
import { refuseCode } from "./refuse-code.ts";

const action = "user.recovery_codes_replaced";

/**
 * Gives the user new recovery codes, which are not shown again; the earlier ones are void. Needs a code of the app and what
 * `proveOwner` needs. Throws what `proveOwner` throws, and `INVALID_CODE` (also where no second factor is on).
 */
export async function replaceRecoveryCodes(
  ctx: Context<UserActor>,
  { password, code }: { readonly password: string | undefined; readonly code: string },
): Promise<string[]> {
  const { userId, sessionId } = ctx.actor;
  const account = await proveOwner(ctx, password, { action, field: "password" });
  const owner = { userId, ...account };
  const proof = await proveFactor(ctx, owner, { code }, { action, sessionId });
  const codes = createRecoveryCodes(ctx);
  const rows = await commit(ctx, { query: proof.query }, ({ email }) => [
    ...proof.consumption,
    ...proof.effects,
    deleteRecoveryCodes(userId),
    storeRecoveryCodes(ctx, userId, codes),
    recordAudit(ctx, { action, result: "success", userId, sessionId }),
    mailChange(ctx, { userId, email }, "recovery_codes_replaced"),
  ]);
  if (rows.length === 0) throw refuseCode(ctx, action);
  return codes;
}
