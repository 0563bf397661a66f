import { addSeconds } from "../../kernel/clock.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { readAlgorithmHistory } from "./algorithms.ts";
import { createKey, type CreatedKey } from "./create-key.ts";
import { loadKeysOf } from "./load-keys.ts";
import { leadSeconds, readKeys } from "./queries.ts";

/** The time in which every replica is notified of a new key before the first token is signed with it. */
const noticeSeconds = 0.5;

/**
 * Creates a new key that signs from now on, on every replica. Tokens of the keys before it stay valid. Throws `CONFLICT` under
 * HS256, whose secret is a setting, and `UnusableKeyError` if the present key cannot be opened.
 */
export async function rotateKey(ctx: Context): Promise<CreatedKey> {
  const { inForce: algorithm } = await readAlgorithmHistory(ctx);
  if (algorithm === "HS256") {
    throw new AppError(
      "CONFLICT",
      "With JWT_ALGORITHM=HS256 there is no key to rotate except the secret: set JWT_SECRET_KEY to a new one and JWT_SECRET_KEY_PREVIOUS to the old one, and restart every replica.",
    );
  }
  // A process that cannot open the present key would seal the new one so that no replica can open it.
  await loadKeysOf(ctx, algorithm);
  const keys = await readKeys(ctx.db);
  const activeFrom = addSeconds(ctx.clock.now(), noticeSeconds);
  return (await createKey(ctx, keys, { algorithm, activeFrom })) ?? rotateKey(ctx);
}

/**
 * Publishes the next key when the newest one has nearly signed for `JWT_KEY_ROTATION`: ahead of its use, so that services that
 * cache the key set have it in time. Null if it is not due, or another replica was first.
 */
export async function rotateKeyWhenDue(ctx: Context): Promise<CreatedKey | null> {
  const { settings } = ctx;
  const { inForce: algorithm } = await readAlgorithmHistory(ctx);
  if (algorithm === "HS256") return null;
  const now = ctx.clock.now();
  const keys = await readKeys(ctx.db);
  const newest = keys.findLast((key) => key.algorithm === algorithm);
  const lead = leadSeconds(settings);
  if (!newest || now < addSeconds(newest.activeFrom, settings.jwtKeyRotationSeconds - lead)) {
    return null;
  }
  return createKey(ctx, keys, { algorithm, activeFrom: addSeconds(now, lead) });
}
