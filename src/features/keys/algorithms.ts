import { asc } from "drizzle-orm";

import { addSeconds } from "../../kernel/clock.ts";
import { commit } from "../../platform/db/commit.ts";
import type { Settings } from "../../platform/config/settings.ts";
import type { Db } from "../../platform/db/port.ts";
import type { Algorithm, AsymmetricAlgorithm, ReplacedAlgorithm } from "../../platform/jwt/port.ts";
import type { Context, Platform } from "../../platform/platform.ts";
import { recordAudit } from "../audit/index.ts";
import { loadKeysOf } from "./load-keys.ts";
import { longestTokenLifeSeconds } from "./queries.ts";
import { idTokenAlgorithms, signingAlgorithms } from "./table.ts";

/** A change of the algorithm. */
export type AlgorithmRecord = typeof signingAlgorithms.$inferSelect;

/** The algorithm that every replica signs with, and those that it replaced. */
export interface AlgorithmHistory {
  readonly inForce: Algorithm;
  /** An algorithm that is neither here nor in force has signed no token that is accepted. */
  readonly replaced: ReadonlyMap<Algorithm, ReplacedAlgorithm>;
}

/** A replica with old settings that is restarted among new ones changes it back for all of them. */
const algorithmChanged =
  "signing algorithm changed on every replica, to JWT_ALGORITHM of this one: if that is an old setting, correct it and restart this replica";

/** In this time the other replicas are notified of the change; what they sign until then is still accepted. */
const noticeSeconds = 0.5;

/**
 * Puts `JWT_ALGORITHM` of a process that starts in force, on every replica. Those that still run with the one before sign with
 * the new one as well, so that a change replica by replica signs no user out. Throws `UnusableKeyError`.
 */
export async function adoptAlgorithm(ctx: Context): Promise<void> {
  const algorithm = ctx.settings.jwtAlgorithm;
  const newest = (await readAlgorithms(ctx.db)).at(-1);
  if (newest?.algorithm === algorithm) return;
  // A process that cannot sign with the new algorithm must not have the others sign with it.
  if (algorithm !== "HS256") await loadKeysOf(ctx, [algorithm]);
  const now = ctx.clock.now();
  const activeFrom = newest ? wholeSecondAfter(addSeconds(now, noticeSeconds)) : now;
  const query = ctx.db
    .insert(signingAlgorithms)
    .values({ generation: (newest?.generation ?? 0) + 1, algorithm, activeFrom })
    .onConflictDoNothing({ target: signingAlgorithms.generation })
    .returning({ generation: signingAlgorithms.generation });
  const detail = {
    algorithm,
    previous: newest?.algorithm ?? null,
    active_from: activeFrom.toISOString(),
  };
  const announce = () => ({ subject: "keys", id: "" }) as const;
  const [row] = await commit(ctx, { query, announce }, () =>
    // The first algorithm of an installation replaces none.
    newest
      ? [
          recordAudit(ctx, {
            action: "signing_algorithm.changed",
            result: "success",
            userId: null,
            detail,
          }),
        ]
      : [],
  );
  if (!row) await adoptAlgorithm(ctx);
  else if (newest) ctx.log.warn(detail, algorithmChanged);
}

/** The algorithm in force and those before it, from the database. Before the first start, `JWT_ALGORITHM` is in force. */
export async function readAlgorithmHistory({
  db,
  settings,
}: Pick<Platform, "db" | "settings">): Promise<AlgorithmHistory> {
  return historyOf(settings, await readAlgorithms(db));
}

/** The history that these changes of the algorithm, oldest first, make. */
export function historyOf(
  settings: Settings,
  changes: readonly AlgorithmRecord[],
): AlgorithmHistory {
  const inForce = changes.at(-1)?.algorithm ?? settings.jwtAlgorithm;
  const replaced = new Map<Algorithm, ReplacedAlgorithm>();
  for (const [index, { algorithm }] of changes.entries()) {
    const issuedBefore = changes[index + 1]?.activeFrom;
    if (algorithm === inForce || !issuedBefore) continue;
    const verifyUntil = addSeconds(issuedBefore, longestTokenLifeSeconds(settings));
    replaced.set(algorithm, { issuedBefore, verifyUntil });
  }
  return { inForce, replaced };
}

/** The algorithms that have signing keys now: the one in force, unless it is HS256, and those of ID tokens. */
export async function readSigningAlgorithms(ctx: Context): Promise<AsymmetricAlgorithm[]> {
  const { inForce } = await readAlgorithmHistory(ctx);
  const rows = await ctx.db.select().from(idTokenAlgorithms);
  return signingAlgorithmsOf(
    inForce,
    rows.map(({ algorithm }) => algorithm),
  );
}

/** The same of what was read. */
export function signingAlgorithmsOf(
  inForce: Algorithm,
  ofIdTokens: readonly AsymmetricAlgorithm[],
): AsymmetricAlgorithm[] {
  const own = inForce === "HS256" ? [] : [inForce];
  return [...new Set([...own, ...ofIdTokens])].toSorted();
}

function readAlgorithms(db: Db): Promise<AlgorithmRecord[]> {
  return db.select().from(signingAlgorithms).orderBy(asc(signingAlgorithms.generation)).execute();
}

/** Tokens contain whole seconds: with a whole second as the limit, none that was issued after it can pass. */
function wholeSecondAfter(timestamp: Date): Date {
  return new Date(Math.ceil(timestamp.getTime() / 1000) * 1000);
}
