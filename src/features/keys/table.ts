import { integer, jsonb, pgTable, text, unique } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import type { Algorithm, AsymmetricAlgorithm, PublicJwk } from "../../platform/jwt/port.ts";

/** The key pairs with which ID tokens are signed, and under an asymmetric `JWT_ALGORITHM` all tokens. All replicas are notified of every change. */
export const signingKeys = pgTable(
  "signing_keys",
  {
    /** The public key's thumbprint (RFC 7638), which tokens carry as `kid`. */
    id: text("id").primaryKey(),
    algorithm: text("algorithm").$type<AsymmetricAlgorithm>().notNull(),
    /** Counts the keys of an algorithm: of replicas that create a key's successor at once, one succeeds. */
    generation: integer("generation").notNull(),
    publicJwk: jsonb("public_jwk").$type<PublicJwk>().notNull(),
    /** The private JWK, encrypted under `ENCRYPTION_KEY`. */
    sealedPrivateJwk: text("sealed_private_jwk").notNull(),
    createdAt: timestamp("created_at").notNull(),
    activeFrom: timestamp("active_from").notNull(),
    /** Until when it verifies; null while no newer key has replaced it. */
    verifyUntil: timestamp("verify_until"),
  },
  (table) => [unique("signing_keys_generation_unique").on(table.algorithm, table.generation)],
);

/**
 * The algorithms of ID tokens: each has keys in `signing_keys` that are published and rotated whatever `JWT_ALGORITHM` is. An
 * algorithm is added when the first client needs it. All replicas are notified.
 */
export const idTokenAlgorithms = pgTable("id_token_algorithms", {
  algorithm: text("algorithm").$type<AsymmetricAlgorithm>().primaryKey(),
  createdAt: timestamp("created_at").notNull(),
});

/** The algorithms that tokens were signed with, one row for each change; the newest is in force. All replicas are notified. */
export const signingAlgorithms = pgTable("signing_algorithms", {
  /** Of replicas that change the algorithm at once, one succeeds. */
  generation: integer("generation").primaryKey(),
  algorithm: text("algorithm").$type<Algorithm>().notNull(),
  /** Tokens of the algorithm before it are accepted if they were issued before this time. */
  activeFrom: timestamp("active_from").notNull(),
});
