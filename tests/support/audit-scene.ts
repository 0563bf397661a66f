import { sql } from "drizzle-orm";

import { createPlatform } from "../../src/app/create-platform.ts";
import {
  type AuditReport,
  beginNewChain,
  type ChainPosition,
  sealRows,
  deleteExpiredAuditRows,
  verifyAuditLog,
  writeAudit,
} from "../../src/features/audit/index.ts";
import { resealStoredSecrets } from "../../src/app/reseal.ts";
import { loadSettings } from "../../src/platform/config/load-settings.ts";
import { outbox } from "../../src/platform/outbox/table.ts";
import { createSystemContext } from "../../src/platform/platform.ts";
import { beforeQuery, type IsMeant } from "./before-query.ts";
import { createSharedTestDatabase, type DatabaseKind } from "./databases.ts";
import { quietLog } from "./quiet-log.ts";

/** An audit log without jobs: rows are written and sealed when the test says so. */
export interface AuditScene extends AsyncDisposable {
  /** Where it is, and with which secret it is sealed. */
  readonly settings: Record<string, string>;
  /** Writes rows, one after the other. */
  write(count: number, detail?: Readonly<Record<string, unknown>>): Promise<void>;
  /** Seals the stored keys again, as the start of a server with these settings does. */
  reseal(settings: Record<string, string>): Promise<void>;
  /** Begins a new chain, as the command does with these settings. */
  beginNewChain(settings?: Record<string, string>, isKeyLost?: boolean): Promise<ChainPosition>;
  /** The same while `meanwhile` happens each time before rows are read. */
  beginNewChainWhile(
    meanwhile: () => Promise<unknown>,
    settings?: Record<string, string>,
  ): Promise<ChainPosition>;
  /** Seals a batch, with other settings where some are given; gives the number of rows. */
  seal(settings?: Record<string, string>): Promise<number>;
  /** Deletes a batch of what was kept for long enough; gives the number of rows. */
  deleteExpired(settings?: Record<string, string>): Promise<number>;
  verify(expected?: ChainPosition, settings?: Record<string, string>): Promise<AuditReport>;
  /** The same while `meanwhile` happens each time before rows are read. */
  verifyWhile(meanwhile: () => Promise<unknown>, expected?: ChainPosition): Promise<AuditReport>;
  /** A text as the outbox keeps its own. */
  sealed(text: string): string;
  rows(query: string): Promise<Record<string, unknown>[]>;
  /** Statements of the owner of the database, whom no trigger stops. */
  tamper(statement: string): Promise<void>;
}

const ownSettings = {
  ENVIRONMENT: "test",
  JWT_SECRET_KEY: "kF3mQ9xT2vB7nR4wY8zL1pC6hJ5dS0gA-tests-only",
  MAIL_TRANSPORT: "none",
};

const readsRows: IsMeant = (method, [columns]) =>
  method === "select" && "content" in Object(columns);

/** Opens one on an empty database. */
export async function openAuditScene(
  kind: DatabaseKind,
  settings: Record<string, string> = {},
): Promise<AuditScene> {
  const database = await createSharedTestDatabase(kind);
  const { startPostgres } = database;
  const given = { ...ownSettings, ...database.settings, ...settings };
  const options = { isTerminal: false, generateSecret: () => "" };
  const platform = createPlatform(loadSettings(given, options).settings, {
    log: quietLog,
    ...(startPostgres ? { startPostgres } : {}),
  });
  await platform.database.open();

  /** The same database as a process with other settings has it. */
  const withSettings = (other: Record<string, string> = {}) => ({
    ...createPlatform(loadSettings({ ...given, ...other }, options).settings, { log: quietLog }),
    db: platform.db,
  });
  const rows = async (query: string): Promise<Record<string, unknown>[]> => {
    const result: unknown = await platform.db.execute(sql.raw(query));
    const found: unknown = Array.isArray(result) ? result : Reflect.get(Object(result), "rows");
    return Array.isArray(found) ? found : [];
  };
  return {
    settings: given,
    async write(count, detail = {}) {
      const ctx = createSystemContext(platform, "test");
      for (let index = 0; index < count; index += 1) {
        await writeAudit(ctx, { action: "user.login", result: "failure", userId: null, detail });
      }
    },
    reseal: (other) => resealStoredSecrets(withSettings(other)),
    beginNewChain: (other, isKeyLost = false) =>
      beginNewChain(createSystemContext(withSettings(other), "test"), { isKeyLost }),
    beginNewChainWhile(meanwhile, other) {
      const db = beforeQuery(platform.db, readsRows, meanwhile);
      const ctx = createSystemContext({ ...withSettings(other), db }, "test");
      return beginNewChain(ctx, { isKeyLost: false });
    },
    seal: async (other) => (await sealRows(withSettings(other))).count,
    deleteExpired: (other) => deleteExpiredAuditRows(withSettings(other), platform.clock.now()),
    verify: (expected, other) => verifyAuditLog(withSettings(other), expected),
    verifyWhile: (meanwhile, expected) =>
      verifyAuditLog({ ...platform, db: beforeQuery(platform.db, readsRows, meanwhile) }, expected),
    sealed: (text) => platform.secrets.seal(text, { column: outbox.sealed, row: "0" }),
    rows,
    async tamper(statement) {
      await rows("alter table audit_log disable trigger user");
      await rows(statement);
      await rows("alter table audit_log enable trigger user");
    },
    async [Symbol.asyncDispose]() {
      await platform.database.close();
      await database.remove();
    },
  };
}
