import { eq } from "drizzle-orm";

import { commit } from "../../platform/db/commit.ts";
import type { Context } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { useIdTokenAlgorithm } from "../keys/index.ts";
import { assertValidSettings, type ClientSettings, completeSettings } from "./client-settings.ts";
import { clientColumns, type ClientRecord } from "./queries.ts";
import { clients } from "./table.ts";

/**
 * Creates the client of a metadata document, or changes it to what the document says now; what only an operator chooses stays.
 * Does nothing if nothing has changed. Throws `VALIDATION_ERROR`.
 */
export async function saveDocumentClient(
  ctx: Context,
  clientId: string,
  chosen: Partial<ClientSettings> & Pick<ClientSettings, "name">,
): Promise<void> {
  const [stored] = await ctx.db
    .select(clientColumns)
    .from(clients)
    .where(eq(clients.clientId, clientId));
  const settings = completeSettings(chosen);
  assertValidSettings(settings);
  if (stored && isAsChosen(stored, settings)) return;
  await useIdTokenAlgorithm(ctx, settings.idTokenSignedResponseAlg);
  const now = ctx.clock.now();
  const { trusted: _trusted, requireMfa: _requireMfa, ...ofDocument } = settings;
  const query = ctx.db
    .insert(clients)
    .values({
      id: ctx.random.id(now),
      clientId,
      ...settings,
      secretHash: null,
      createdBy: "metadata_document",
      createdAt: now,
      updatedAt: now,
    })
    .onConflictDoUpdate({ target: clients.clientId, set: { ...ofDocument, updatedAt: now } })
    .returning({ id: clients.id });
  const announce = () => ({ subject: "clients", id: "" }) as const;
  await commit(ctx, { query, ...(stored ? { announce } : {}) }, () => [
    recordAudit(ctx, {
      action: stored ? "client.updated" : "client.created",
      result: "success",
      userId: null,
      detail: { client_id: clientId, name: settings.name },
    }),
  ]);
}

function isAsChosen(stored: ClientRecord, settings: ClientSettings): boolean {
  const { trusted, requireMfa } = stored;
  return Bun.deepEquals({ ...stored, ...settings, trusted, requireMfa }, stored);
}
