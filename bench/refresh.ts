import { join } from "node:path";

import postgres from "postgres";

import { hashTokenId } from "../src/features/sessions/refresh/refresh-token.ts";
import { decodeToken } from "../tests/support/forge-token.ts";
import { allSealed } from "./all-sealed.ts";
import { alternate, median } from "./median.ts";
import type { Measurement, Result } from "./measurement.ts";
import { refreshesInLua } from "./refresh-load.ts";
import { type PutBefore, register, signIn, startBenchServer } from "./server.ts";
import { runWrk } from "./wrk.ts";

const poolSize = 20;
/** One for each connection: with more, the driver alone sends statements behind others, which may hang there with them. */
const callers = poolSize;
/** More than callers: `wrk` tries one request out. Each is refreshed again and again. */
const sessionCount = 64;
const seconds = 5;
const warmUpSeconds = 2;

/** Cheap log-ins: each round takes new sessions, and nothing is hashed while it is measured. */
const settings = {
  DATABASE_POOL_SIZE: String(poolSize),
  BCRYPT_COST: "10",
  JWT_REFRESH_TOKEN_TTL: "7d",
};
const refreshTokenTtlSeconds = 7 * 86_400;

/** A session, as its row knows it, with the token that lives. */
export interface ActiveToken {
  readonly sessionId: string;
  readonly userId: string;
  readonly presentedHash: string;
}

/** What the process that sends the statements alone is told. */
export interface BareRefreshes {
  readonly url: string;
  readonly poolSize: number;
  readonly callers: number;
  readonly refreshTokenTtlSeconds: number;
  /** Whether both statements are sent as one, which is faster than one after the other. */
  readonly inOne: boolean;
  /** Not counted. */
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly sessions: readonly ActiveToken[];
}

/**
 * P6: refreshes a second, against the same two statements (the session's update, the audit log's row) sent by the driver alone
 * from a pool of the same size, to the same database: the same tables, indexes and triggers. And, harder, against both sent as
 * one. Gatehouse stands still meanwhile, and seals what was written before its own turn comes.
 */
export const refresh: Measurement = refreshThrough("refresh", "");

/** The same through something that stands before the database, `by` which in words; the driver alone goes to the server itself. */
export function refreshThrough(name: string, by: string, putBefore?: PutBefore): Measurement {
  return { name, measure: ({ rounds }) => measureRefresh(rounds, by, putBefore) };
}

async function measureRefresh(
  rounds: number,
  by: string,
  putBefore?: PutBefore,
): Promise<readonly Result[]> {
  await using running = await startBenchServer("postgres", settings, undefined, putBefore);
  const { home, server } = running;
  const users = await Promise.all(Array.from({ length: sessionCount }, () => register(server)));
  const url = home.settings["DATABASE_URL"] ?? "";
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  const openSessions = async (): Promise<string[]> => {
    const tokens = await Promise.all(users.map((user) => signIn(server, user)));
    return tokens.map(({ refresh: token }) => token);
  };
  const path = `${server.url}/api/v1/auth/refresh`;
  const refreshAll = async (duration: number): Promise<number> => {
    const lua = refreshesInLua(await openSessions());
    await allSealed(sql);
    return (await runWrk(path, lua, { seconds: duration, connections: callers })).perSecond;
  };
  try {
    await refreshAll(warmUpSeconds);
    const bare = async (inOne: boolean): Promise<number> => {
      const sessions = (await openSessions()).map(activeTokenOf);
      await allSealed(sql);
      server.signal("SIGSTOP");
      const order = { url, poolSize, callers, refreshTokenTtlSeconds, warmUpSeconds, seconds };
      return sendAlone({ ...order, inOne, sessions }).finally(() => server.signal("SIGCONT"));
    };
    const numbers = await alternate(rounds, {
      two: () => bare(false),
      served: () => refreshAll(seconds),
      one: () => bare(true),
    });
    return [
      describe(`POST /auth/refresh${by}`, "its two statements", 0.6, numbers.served, numbers.two),
      describe(`POST /auth/refresh${by}`, "both as one", 0.5, numbers.served, numbers.one),
    ];
  } finally {
    await sql.end();
  }
}

function describe(
  what: string,
  alternative: string,
  atLeast: number,
  served: readonly number[],
  bare: readonly number[],
): Result {
  const ratios = served.map((each, round) => each / (bare[round] ?? Number.NaN));
  const [ours, alone] = [served, bare].map((each) => median(each).toFixed(0));
  return {
    id: "P6",
    what,
    value: median(ratios),
    unit: "x",
    target: { atLeast },
    rounds: ratios,
    isHeadline: true,
    note: `${ours}/s against ${alternative} sent by the driver alone, ${alone}/s`,
  };
}

/** What the session's row knows of a refresh token. */
function activeTokenOf(refreshToken: string): ActiveToken {
  const { claims } = decodeToken(refreshToken);
  const [sessionId, userId, tokenId] = ["sid", "sub", "jti"].map((name) => String(claims[name]));
  return {
    sessionId: sessionId ?? "",
    userId: userId ?? "",
    presentedHash: hashTokenId(tokenId ?? ""),
  };
}

async function sendAlone(order: BareRefreshes): Promise<number> {
  const child = Bun.spawn([process.execPath, join(import.meta.dir, "bare-refresh.ts")], {
    stdin: new Blob([JSON.stringify(order)]),
    stdout: "pipe",
    stderr: "inherit",
  });
  const perSecond = Number(await new Response(child.stdout).text());
  if ((await child.exited) !== 0) throw new Error("the statements alone failed");
  return perSecond;
}
