import { type SQL, sql, type SQLWrapper } from "drizzle-orm";
import { boolean, index, jsonb, pgTable, text, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import type { AsymmetricAlgorithm, PublicJwk } from "../../platform/jwt/port.ts";

/** A public key with which a client proves its assertions (RFC 7517 §4). */
export type ClientJwk = PublicJwk & { readonly kid?: string; readonly alg?: string };

/** How a client authenticates (OpenID Connect Core §9). One with a secret may send it either way. */
export type ClientAuthMethod =
  | "client_secret_basic"
  | "client_secret_post"
  | "none"
  | "private_key_jwt";

/** What created a client. */
export type ClientOrigin = "api" | "command" | "registration" | "metadata_document";

/** Whether a client made itself known, by the column `created_by`. Written without parameters, as the index has it. */
export function selfRegistered(createdBy: SQLWrapper): SQL {
  return sql`${createdBy} in ('registration', 'metadata_document')`;
}

const noTexts = sql`'{}'::text[]`;

/** Clients: services and applications (RFC 6749 §2). Deleting one deletes its row, its sessions, codes and grants. */
export const clients = pgTable(
  "clients",
  {
    /** In the order of creation. */
    id: uuid("id").primaryKey(),
    /** The public id, which is never reused. */
    clientId: text("client_id").notNull().unique("clients_client_id_unique"),
    name: text("name").notNull(),
    /** SHA-256 of the secret, which is 256 random bits; null for a client that has none. */
    secretHash: text("secret_hash"),
    redirectUris: text("redirect_uris").array().notNull().default(noTexts),
    postLogoutRedirectUris: text("post_logout_redirect_uris").array().notNull().default(noTexts),
    grantTypes: text("grant_types")
      .array()
      .notNull()
      .default(sql`'{client_credentials}'::text[]`),
    /** The scopes that it may ask for; it is granted no other. */
    scopes: text("scopes").array().notNull().default(noTexts),
    tokenEndpointAuthMethod: text("token_endpoint_auth_method")
      .$type<ClientAuthMethod>()
      .notNull()
      .default("client_secret_basic"),
    /** The keys of `private_key_jwt`: in the row, or at a URL. */
    jwks: jsonb("jwks").$type<{ readonly keys: readonly ClientJwk[] }>(),
    jwksUri: text("jwks_uri"),
    idTokenSignedResponseAlg: text("id_token_signed_response_alg")
      .$type<AsymmetricAlgorithm>()
      .notNull()
      .default("RS256"),
    /** Whether users are not asked for consent. */
    trusted: boolean("trusted").notNull().default(false),
    /** Whether users must have proven two factors. */
    requireMfa: boolean("require_mfa").notNull().default(false),
    backchannelLogoutUri: text("backchannel_logout_uri"),
    backchannelLogoutSessionRequired: boolean("backchannel_logout_session_required")
      .notNull()
      .default(false),
    createdBy: text("created_by").$type<ClientOrigin>().notNull().default("api"),
    createdAt: timestamp("created_at").notNull(),
    updatedAt: timestamp("updated_at").notNull(),
  },
  (table) => [
    index("clients_self_registered_index")
      .on(table.createdAt)
      .where(selfRegistered(table.createdBy)),
  ],
);
