import { and, eq } from "drizzle-orm";

import type { UserActor } from "../../kernel/context.ts";
import { AppError } from "../../kernel/errors.ts";
import { isUuid } from "../../kernel/ids.ts";
import { commit } from "../../platform/db/commit.ts";
import { jsonObject } from "../../platform/db/json-object.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { endSessionsOfClient } from "../sessions/index.ts";
import { userGrants } from "./table.ts";

/**
 * Withdraws what the user allowed a client, and ends the client's sessions of the user: its tokens are refused from now on. The
 * client has to ask again. Throws `NOT_FOUND`.
 */
export async function withdrawConsent(ctx: Context<UserActor>, id: string): Promise<void> {
  const { userId } = ctx.actor;
  const query = ctx.db
    .delete(userGrants)
    .where(and(eq(userGrants.id, id), eq(userGrants.userId, userId)))
    .returning({ clientId: userGrants.clientId });
  const rows = isUuid(id)
    ? await commit(ctx, { query }, ({ clientId }) => [
        endSessionsOfClient(ctx, { userId, clientId, reason: "consent_withdrawn" }),
        recordAudit(ctx, {
          action: "client.consent_withdrawn",
          result: "success",
          userId,
          detail: jsonObject({ client_id: clientId }),
        }),
      ])
    : [];
  if (rows.length === 0) throw new AppError("NOT_FOUND", "There is no such grant.");
}
