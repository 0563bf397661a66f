import { AppError } from "../../kernel/errors.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { isClientName } from "./model.ts";
import { clientColumns, type ClientRecord } from "./queries.ts";
import { clients } from "./table.ts";
import { newClientSecret } from "./verify-client.ts";

/** A client and its secret, which is shown once. */
export interface ClientWithSecret {
  readonly client: ClientRecord;
  readonly secret: string;
}

/** Creates a client. Throws `VALIDATION_ERROR` for a name that is empty, too long or cannot be stored. */
export async function createClient(
  ctx: Context,
  { name }: { name: string },
): Promise<ClientWithSecret> {
  if (!isClientName(name)) {
    const issue = "Must have 1 to 100 characters, and no control characters.";
    throw new AppError("VALIDATION_ERROR", "This is not a valid name for a client.", {
      faults: [{ field: "name", issue }],
    });
  }
  const now = ctx.clock.now();
  const { secret, hash } = newClientSecret(ctx);
  const client = {
    id: ctx.random.id(now),
    clientId: `client_${ctx.random.token(128)}`,
    name,
    createdAt: now,
  };
  const query = ctx.db
    .insert(clients)
    .values({ ...client, secretHash: hash, updatedAt: now })
    .returning(clientColumns);
  await commit(ctx, { query }, () => [
    recordAudit(ctx, {
      action: "client.created",
      result: "success",
      userId: null,
      detail: { client_id: client.clientId, name },
    }),
  ]);
  return { client, secret };
}
