import type { UserActor } from "../../kernel/context.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { storeKnownDevice } from "../devices/index.ts";
import {
  createRecoveryCodes,
  deleteRecoveryCodes,
  mailChange,
  proveFactor,
  storeRecoveryCodes,
} from "../mfa/index.ts";
import { proveOwner } from "../passwords/index.ts";
import { endOtherSessions } from "../sessions/index.ts";
import { refuseCode } from "./refuse-code.ts";

const action = "user.recovery_codes_replaced";

/**
 * Gives the user new recovery codes, which are not shown again; the earlier ones are void. Ends the user's other sessions. Needs
 * a code of the app and what `proveOwner` needs. Throws what `proveOwner` throws, and `INVALID_CODE` (also where no second factor
 * is on).
 */
export async function replaceRecoveryCodes(
  ctx: Context<UserActor>,
  { password, code }: { readonly password: string | undefined; readonly code: string },
): Promise<string[]> {
  const { userId, sessionId } = ctx.actor;
  const account = await proveOwner(ctx, password, { action, field: "password" });
  const owner = { userId, ...account };
  const proof = await proveFactor(ctx, owner, { code }, { action, sessionId });
  const codes = await createRecoveryCodes(ctx);
  const announce = () => ({ subject: "user", id: userId }) as const;
  const [row] = await commit(ctx, { query: proof.query, announce }, ({ email }) => [
    ...proof.consumption,
    ...proof.effects,
    deleteRecoveryCodes(userId),
    storeRecoveryCodes(ctx, userId, codes),
    ...endOtherSessions(ctx, "recovery_codes_replaced"),
    recordAudit(ctx, { action, result: "success", userId, sessionId }),
    mailChange(ctx, { userId, email }, "recovery_codes_replaced"),
  ]);
  if (!row) throw refuseCode(ctx, action);
  // The statement has raised the version that it returned.
  storeKnownDevice(ctx, { userId, credentialsVersion: row.credentialsVersion + 1 });
  return codes;
}
