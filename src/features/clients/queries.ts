import { eq } from "drizzle-orm";

import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { clients } from "./table.ts";

/** A client without its secret. */
export type ClientRecord = Omit<typeof clients.$inferSelect, "secretHash" | "updatedAt">;

/** The columns of a `ClientRecord`. */
export const clientColumns = {
  id: clients.id,
  clientId: clients.clientId,
  name: clients.name,
  redirectUris: clients.redirectUris,
  postLogoutRedirectUris: clients.postLogoutRedirectUris,
  grantTypes: clients.grantTypes,
  scopes: clients.scopes,
  tokenEndpointAuthMethod: clients.tokenEndpointAuthMethod,
  jwks: clients.jwks,
  jwksUri: clients.jwksUri,
  idTokenSignedResponseAlg: clients.idTokenSignedResponseAlg,
  trusted: clients.trusted,
  requireMfa: clients.requireMfa,
  backchannelLogoutUri: clients.backchannelLogoutUri,
  backchannelLogoutSessionRequired: clients.backchannelLogoutSessionRequired,
  createdBy: clients.createdBy,
  createdAt: clients.createdAt,
};

/** The client with this public id now, with the digest of its secret; or null. */
export async function findClient(
  ctx: Pick<Context, "db">,
  clientId: string,
): Promise<(ClientRecord & { secretHash: string | null }) | null> {
  const [client] = await ctx.db
    .select({ ...clientColumns, secretHash: clients.secretHash })
    .from(clients)
    .where(eq(clients.clientId, storableClientId(clientId)));
  return client ?? null;
}

/** The id, or an empty string for one that no client has, and that the database may refuse. */
export function storableClientId(clientId: string): string {
  return /^[\w-]{1,128}$/.test(clientId) || isDocumentUrl(clientId) ? clientId : "";
}

/** Whether a client id is the URL of a metadata document: https, with a path, as browsers write it, and nothing else. */
export function isDocumentUrl(clientId: string): boolean {
  if (clientId.length > 500 || !/^https:\/\/[!-~]+$/.test(clientId)) return false;
  const url = /[?#@\\]/.test(clientId) ? null : URL.parse(clientId);
  return url !== null && url.href === clientId && url.pathname !== "/";
}

/** The methods with a secret. A client of one of them may use the other. */
export const secretMethods = ["client_secret_basic", "client_secret_post"] as const;

/** Whether a client authenticates with a secret. */
export function hasSecret({
  tokenEndpointAuthMethod,
}: Pick<ClientRecord, "tokenEndpointAuthMethod">): boolean {
  return secretMethods.some((method) => method === tokenEndpointAuthMethod);
}

/** Whether a client cannot keep a secret (RFC 6749 §2.1): an application in a browser, on a telephone or at a command line. */
export function isPublicClient({
  tokenEndpointAuthMethod,
}: Pick<ClientRecord, "tokenEndpointAuthMethod">): boolean {
  return tokenEndpointAuthMethod === "none";
}

/** The error for an unknown client. */
export function clientNotFound(): AppError {
  return new AppError("NOT_FOUND", "There is no such client.");
}
