import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Sql } from "postgres";

import { runGatehouse, type ServerProcess } from "../tests/support/executable.ts";
import { decodeToken } from "../tests/support/forge-token.ts";
import { freshEmail, goodPassword, type SignedInUser } from "../tests/support/journey.ts";
import type { MailServer } from "../tests/support/mail-server.ts";
import { arrivedMail } from "../tests/support/mailbox.ts";
import type { Preparation, Right } from "../tests/support/revocation-right.ts";
import { revocationWays } from "../tests/support/revocation-ways.ts";
import { type BenchReplicas, benchSettings, signIn } from "./server.ts";

/** So many are prepared at once: enough to keep all cores hashing. */
const atOnce = 8;

/** What rights are prepared with. */
export interface Workshop {
  readonly running: BenchReplicas;
  readonly mail: MailServer;
  readonly sql: Sql;
  readonly bcryptCost: number;
}

/**
 * So many rights to be taken, in each of the ways by turns. All in advance, and the accounts imported: otherwise a password would
 * be hashed three times for each.
 */
export async function prepareRights(workshop: Workshop, count: number): Promise<Right[]> {
  const { running, mail, sql } = workshop;
  const emails = Array.from({ length: count + 1 }, freshEmail);
  const [adminEmail = "", ...userEmails] = emails;
  await importAccounts(workshop, adminEmail, userEmails);
  const replicaOf = (index: number): ServerProcess => itemAt(running.servers, index);
  const admin = await signInAs(replicaOf(0), adminEmail);

  const prepare = (index: number): Promise<Right> => {
    const replica = replicaOf(index);
    const preparation: Preparation = {
      replica,
      signUp: () => signInAs(replica, itemAt(userEmails, index)),
      mailedToken: async (kind, email) => (await arrivedMail(mail, kind, email)).token,
      admin: admin.accessToken,
      sql: (statement) => sql.unsafe(statement),
    };
    return itemAt(revocationWays, index).prepare(preparation);
  };
  const rights: Right[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: atOnce }, async () => {
      while (next < count) {
        const index = next;
        next += 1;
        rights[index] = await prepare(index);
      }
    }),
  );
  return rights;
}

/** The item of an endless repetition of a list. */
export function itemAt<T>(items: readonly T[], index: number): T {
  const item = items[index % items.length];
  if (item === undefined) throw new Error("nothing to choose from");
  return item;
}

/** An administrator and users, all with the same password, hashed once. */
async function importAccounts(
  { running, bcryptCost }: Workshop,
  admin: string,
  users: readonly string[],
): Promise<void> {
  const password_hash = await Bun.password.hash(goodPassword, {
    algorithm: "bcrypt",
    cost: bcryptCost,
  });
  const lines = [admin, ...users].map((email) => {
    const roles = email === admin ? ["admin"] : [];
    return `${JSON.stringify({ email, password_hash, email_verified: true, roles })}\n`;
  });
  const cwd = await mkdtemp(join(tmpdir(), "gatehouse-bench-"));
  try {
    const path = join(cwd, "users.ndjson");
    await Bun.write(path, lines.join(""));
    const settings = { ...benchSettings, DATABASE_URL: running.databaseUrl };
    const { exitCode, stdout, stderr } = await runGatehouse(["users", "import", path], {
      cwd,
      settings,
    });
    if (exitCode !== 0) throw new Error(`users import: ${stdout}${stderr}`);
  } finally {
    await rm(cwd, { recursive: true, force: true });
  }
}

async function signInAs(server: ServerProcess, email: string): Promise<SignedInUser> {
  const user = { email, password: goodPassword };
  const { access, refresh } = await signIn(server, user);
  const userId = String(decodeToken(access).claims["sub"]);
  return { ...user, userId, accessToken: access, refreshToken: refresh };
}
