import { findProgram } from "../tests/support/installed-program.ts";
import { startPgBouncer } from "../tests/support/pgbouncer.ts";
import type { Measurement } from "./measurement.ts";
import { refreshThrough } from "./refresh.ts";
import { revocationThrough } from "./revocation.ts";
import type { PutBefore } from "./server.ts";

/** As many as the pool of the service, so that both sides of a comparison have the same number. */
const serverConnections = 20;

/** `pgbouncer` in transaction mode, with the server's own address for what needs one. */
const putPoolerBefore: PutBefore = async (databaseUrl) => {
  const found = findProgram("pgbouncer");
  if ("missing" in found) throw new Error(found.missing);
  const direct = new URL(databaseUrl);
  const pooler = await startPgBouncer(found.path, {
    serverPort: Number(direct.port),
    mode: "transaction",
    user: direct.username,
    password: direct.password,
    serverConnections,
  });
  const pooled = new URL(databaseUrl);
  pooled.port = String(pooler.port);
  return {
    settings: { DATABASE_URL: pooled.href, DATABASE_DIRECT_URL: direct.href },
    [Symbol.asyncDispose]: () => pooler[Symbol.asyncDispose](),
  };
};

const by = ", through PgBouncer in transaction mode";

const parts = [
  revocationThrough("revocation", by, putPoolerBefore),
  refreshThrough("refresh", by, putPoolerBefore),
];

/** P2 and P6 through a pooler in transaction mode. */
export const pooler: Measurement = {
  name: "pooler",
  async measure(bench) {
    const results = [];
    for (const part of parts) results.push(...(await part.measure(bench)));
    return results;
  },
};
