import {
  bigint,
  boolean,
  index,
  integer,
  pgTable,
  text,
  uniqueIndex,
  uuid,
} from "drizzle-orm/pg-core";

import { bytes, timestamp } from "../../platform/db/columns.ts";
import { users } from "../users/index.ts";

/** Passkeys: credential records (WebAuthn Level 3 §4). Those of a deleted user stay, and cannot be used. */
export const passkeys = pgTable(
  "passkeys",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The authenticator's own id for it, at most 1023 bytes. */
    credentialId: bytes("credential_id").notNull(),
    /** A COSE_Key (RFC 9052 §7). */
    publicKey: bytes("public_key").notNull(),
    /** The signature counter at the last use; stays 0 for authenticators without one. */
    signCount: bigint("sign_count", { mode: "number" }).notNull(),
    /** How a browser can reach the authenticator (WebAuthn §5.8.4). */
    transports: text("transports").array().notNull(),
    /** Whether it may be synchronized to other devices. Never changes. */
    isBackupEligible: boolean("is_backup_eligible").notNull(),
    /** Whether it was synchronized at the last use. */
    isBackedUp: boolean("is_backed_up").notNull(),
    /** The model of the authenticator; zeros where it does not say. */
    aaguid: uuid("aaguid").notNull(),
    name: text("name").notNull(),
    /** The version of the user's credentials when it was added; below `users.identities_version` the passkey is void. */
    credentialsVersion: integer("credentials_version").notNull(),
    createdAt: timestamp("created_at").notNull(),
    lastUsedAt: timestamp("last_used_at"),
  },
  (table) => [
    uniqueIndex("passkeys_credential_unique").on(table.credentialId),
    index("passkeys_user_index").on(table.userId),
  ],
);

/** What a challenge is for. It is invalid for anything else. */
export type Ceremony = "registration" | "authentication";

/** Challenges of ceremonies (WebAuthn §13.4.3). Each is used once. */
export const passkeyChallenges = pgTable(
  "passkey_challenges",
  {
    id: uuid("id").primaryKey(),
    /** 256 random bits, base64url. */
    challenge: text("challenge").notNull(),
    ceremony: text("ceremony").$type<Ceremony>().notNull(),
    /** The user who registers a passkey. Null for a sign-in, whose user is not known yet. */
    userId: uuid("user_id").references(() => users.id, { onDelete: "cascade" }),
    /** The session that requested it; null for a sign-in. */
    sessionId: uuid("session_id"),
    expiresAt: timestamp("expires_at").notNull(),
    consumedAt: timestamp("consumed_at"),
  },
  (table) => [
    uniqueIndex("passkey_challenges_challenge_unique").on(table.challenge),
    index("passkey_challenges_user_index").on(table.userId),
    index("passkey_challenges_expires_index").on(table.expiresAt),
  ],
);
