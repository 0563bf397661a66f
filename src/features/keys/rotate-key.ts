import { addSeconds } from "../../kernel/clock.ts";
import { AppError } from "../../kernel/errors.ts";
import type { AsymmetricAlgorithm } from "../../platform/jwt/port.ts";
import type { Context } from "../../platform/platform.ts";
import { readSigningAlgorithms } from "./algorithms.ts";
import { createKey, type CreatedKey } from "./create-key.ts";
import { loadKeysOf } from "./load-keys.ts";
import { leadSeconds, readKeys } from "./queries.ts";

/** The time in which every replica is notified of a new key before the first token is signed with it. */
const noticeSeconds = 0.5;

/**
 * Creates a new key for each algorithm that has keys. They are published at once and sign after `inSeconds` (0.5 by default), on
 * every replica. Tokens of the keys before them stay valid. Throws `CONFLICT` if only HS256 signs, whose secret is a setting,
 * and `UnusableKeyError` if a present key cannot be opened.
 */
export async function rotateKeys(
  ctx: Context,
  { inSeconds = noticeSeconds }: { readonly inSeconds?: number } = {},
): Promise<CreatedKey[]> {
  const algorithms = await readSigningAlgorithms(ctx);
  if (algorithms.length === 0) {
    throw new AppError(
      "CONFLICT",
      "With JWT_ALGORITHM=HS256 there is no key to rotate except the secret: set JWT_SECRET_KEY to a new one and JWT_SECRET_KEY_PREVIOUS to the old one, and restart every replica.",
    );
  }
  // A process that cannot open the present key would seal the new one so that no replica can open it.
  await loadKeysOf(ctx, algorithms);
  const created: CreatedKey[] = [];
  for (const algorithm of algorithms) created.push(await createNext(ctx, algorithm, inSeconds));
  return created;
}

async function createNext(
  ctx: Context,
  algorithm: AsymmetricAlgorithm,
  inSeconds: number,
): Promise<CreatedKey> {
  const activeFrom = addSeconds(ctx.clock.now(), Math.max(inSeconds, noticeSeconds));
  const created = await createKey(ctx, await readKeys(ctx.db), { algorithm, activeFrom });
  return created ?? createNext(ctx, algorithm, inSeconds);
}

/**
 * Publishes the next key of each algorithm whose newest one has nearly signed for `JWT_KEY_ROTATION`: ahead of its use, so that
 * services that cache the key set have it in time. None if it is not due, or another replica was first.
 */
export async function rotateKeysWhenDue(ctx: Context): Promise<CreatedKey[]> {
  const { settings } = ctx;
  const now = ctx.clock.now();
  const lead = leadSeconds(settings);
  const dueBy = addSeconds(now, lead - settings.jwtKeyRotationSeconds);
  const keys = await readKeys(ctx.db);
  const created: CreatedKey[] = [];
  for (const algorithm of await readSigningAlgorithms(ctx)) {
    const newest = keys.findLast((key) => key.algorithm === algorithm);
    if (!newest || newest.activeFrom > dueBy) continue;
    const next = await createKey(ctx, keys, { algorithm, activeFrom: addSeconds(now, lead) });
    if (next) created.push(next);
  }
  return created;
}
