import { bigint, index, integer, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

import { timestamp } from "../../platform/db/columns.ts";
import { users } from "../users/index.ts";

/** The authenticator app of each user (RFC 6238). */
export const totpFactors = pgTable("totp_factors", {
  userId: uuid("user_id")
    .primaryKey()
    .references(() => users.id, { onDelete: "cascade" }),
  /** The secret in base32, encrypted under `ENCRYPTION_KEY`. */
  sealedSecret: text("sealed_secret").notNull(),
  createdAt: timestamp("created_at").notNull(),
  /** Null while the user has not proven that their app has the secret: the factor is then required nowhere. */
  confirmedAt: timestamp("confirmed_at"),
  /** The time step of the last accepted code: no code of this step or an earlier one is accepted (RFC 6238 §5.2). */
  lastUsedStep: bigint("last_used_step", { mode: "number" }),
});

/** Recovery codes, each of which replaces a code of the authenticator app once. */
export const recoveryCodes = pgTable(
  "recovery_codes",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    digest: text("digest").notNull(),
    usedAt: timestamp("used_at"),
  },
  (table) => [unique("recovery_codes_user_digest_unique").on(table.userId, table.digest)],
);

/** Devices on which a user signs in without the second factor. */
export const trustedDevices = pgTable(
  "trusted_devices",
  {
    id: uuid("id").primaryKey(),
    userId: uuid("user_id")
      .notNull()
      .references(() => users.id, { onDelete: "cascade" }),
    /** The digest of the random token in the device's cookie. */
    digest: text("digest").notNull().unique(),
    /** The version of the user's credentials when the device was trusted; at any other the trust is void. */
    credentialsVersion: integer("credentials_version").notNull(),
    userAgent: text("user_agent"),
    createdAt: timestamp("created_at").notNull(),
    expiresAt: timestamp("expires_at").notNull(),
  },
  (table) => [
    index("trusted_devices_user_index").on(table.userId),
    index("trusted_devices_expires_index").on(table.expiresAt),
  ],
);
