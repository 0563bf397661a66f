import { type Static, Type } from "@sinclair/typebox";
import { eq } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { AppError } from "../../kernel/errors.ts";
import { compileOnUse } from "../../kernel/schema-check.ts";
import { describeError } from "../../platform/db/errors.ts";
import { NoJsonError, requestJson } from "../../platform/http-client/request-json.ts";
import type { Context } from "../../platform/platform.ts";
import { findClient, isDocumentUrl, saveDocumentClient } from "../clients/index.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { clientMetadataSchema } from "./model.ts";
import { ClientMetadataError, readMetadata } from "./read-metadata.ts";
import { clientDocuments } from "./table.ts";

/** For so long a document is not fetched again. */
const freshSeconds = 3600;
/** For so long a document that cannot be fetched any more counts. */
const usableSeconds = 86_400;

const documentSchema = Type.Intersect([
  clientMetadataSchema,
  Type.Object({ client_id: Type.String(), client_secret: Type.Optional(Type.Undefined()) }),
]);
const documentCheck = compileOnUse(documentSchema);

/**
 * The client that makes an authorization request; null if there is none. A URL is the id of the client whose metadata is there
 * (OAuth Client ID Metadata Document), where `CLIENT_ID_METADATA_DOCUMENTS` allows it. Throws `RATE_LIMITED`.
 */
export async function findAuthorizingClient(
  ctx: Context,
  clientId: string,
): ReturnType<typeof findClient> {
  if (!isDocumentUrl(clientId)) return findClient(ctx, clientId);
  const isUsable = ctx.settings.clientIdMetadataDocuments && (await refreshDocument(ctx, clientId));
  return isUsable ? findClient(ctx, clientId) : null;
}

/** Whether the client's row is what its document said lately. Fetches the document if that was long ago. */
async function refreshDocument(ctx: Context, clientId: string): Promise<boolean> {
  const now = ctx.clock.now();
  const [known] = await ctx.db
    .select({ fetchedAt: clientDocuments.fetchedAt })
    .from(clientDocuments)
    .where(eq(clientDocuments.clientId, clientId));
  if (known && known.fetchedAt > addSeconds(now, -freshSeconds)) return true;
  await spendOrReject(ctx, [{ limit: limits.clientDocumentByAddress, source: addressSource(ctx) }]);
  try {
    const document = await fetchDocument(ctx, clientId);
    await saveDocumentClient(ctx, clientId, readDocument(ctx, document));
  } catch (error) {
    if (!isFaultOfDocument(error)) throw error;
    ctx.log.warn({ client_id: clientId, ...describeError(error) }, "no client metadata document");
    const isUnreachable = error instanceof NoJsonError;
    return (
      isUnreachable && known !== undefined && known.fetchedAt > addSeconds(now, -usableSeconds)
    );
  }
  await ctx.db
    .insert(clientDocuments)
    .values({ clientId, fetchedAt: now })
    .onConflictDoUpdate({ target: clientDocuments.clientId, set: { fetchedAt: now } });
  return true;
}

function isFaultOfDocument(error: unknown): boolean {
  const isInvalid = error instanceof AppError && error.code === "VALIDATION_ERROR";
  return isInvalid || error instanceof NoJsonError || error instanceof ClientMetadataError;
}

/** Within 5 seconds, 64 KiB, from a public address, without following a redirect: the rules of the HTTP client. */
async function fetchDocument(
  { httpClient }: Context,
  clientId: string,
): Promise<Static<typeof documentSchema>> {
  const { status, json } = await requestJson(httpClient, { url: clientId, method: "GET" });
  if (status !== 200) throw new ClientMetadataError(`the document's status is ${status}`);
  if (!documentCheck.Check(json)) throw new ClientMetadataError("the document has wrong members");
  if (json.client_id !== clientId)
    throw new ClientMetadataError("the document is of another client");
  return json;
}

/** Such a client shares no secret with this server: it is public, or signs assertions. */
function readDocument({ settings }: Context, document: Static<typeof documentSchema>) {
  const read = readMetadata(settings, document, "none");
  const { tokenEndpointAuthMethod: method } = read;
  if (method === "none" || method === "private_key_jwt") return read;
  throw new ClientMetadataError("the document has an authentication with a secret");
}
