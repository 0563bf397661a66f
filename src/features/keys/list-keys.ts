import { currentKey } from "../../platform/jwt/key-ring.ts";
import type { Algorithm } from "../../platform/jwt/port.ts";
import { secretKeyOf } from "../../platform/jwt/secret-keys.ts";
import type { Context } from "../../platform/platform.ts";
import { readAlgorithmHistory } from "./algorithms.ts";
import { type KeyRecord, readKeys } from "./queries.ts";
import { idTokenAlgorithms } from "./table.ts";

/** A key without its secret part, as operators see it. */
export interface ListedKey {
  readonly id: string;
  readonly algorithm: Algorithm;
  /** Whether it will sign, signs, or only verifies what it signed. */
  readonly state: "next" | "current" | "retired";
  /** When it began or begins to sign; null for a secret of the settings. */
  readonly since: Date | null;
  /** Until when it verifies, if that is known. */
  readonly until: Date | null;
}

/** Every key with which tokens are verified: the secrets of the settings and the stored key pairs. */
export async function listKeys(ctx: Context): Promise<ListedKey[]> {
  const { jwtSecretKey, jwtSecretKeyPrevious } = ctx.settings;
  const now = ctx.clock.now();
  const { inForce, replaced } = await readAlgorithmHistory(ctx);
  const keys = await readKeys(ctx.db);
  const ofIdTokens = (await ctx.db.select().from(idTokenAlgorithms)).map((row) => row.algorithm);
  const signing = new Set<Algorithm>([inForce, ...ofIdTokens]);
  const endOf = (algorithm: Algorithm) =>
    signing.has(algorithm) ? null : (replaced.get(algorithm)?.verifyUntil ?? null);
  const isAccepted = ({ algorithm, until }: ListedKey) =>
    (signing.has(algorithm) || replaced.has(algorithm)) && (until === null || until > now);
  const secrets = [jwtSecretKey, ...(jwtSecretKeyPrevious === null ? [] : [jwtSecretKeyPrevious])];
  return [
    ...secrets.map((secret, index) => ({
      id: secretKeyOf(secret).id,
      algorithm: "HS256" as const,
      state: inForce === "HS256" && index === 0 ? ("current" as const) : ("retired" as const),
      since: null,
      until: endOf("HS256"),
    })),
    ...keys.map((key) => ({
      id: key.id,
      algorithm: key.algorithm,
      state: stateOf(
        key,
        signing.has(key.algorithm) ? currentKey(keys, key.algorithm, now) : undefined,
      ),
      since: key.activeFrom,
      until: earlier(key.verifyUntil, endOf(key.algorithm)),
    })),
  ].filter(isAccepted);
}

function earlier(one: Date | null, other: Date | null): Date | null {
  if (one === null || other === null) return one ?? other;
  return one < other ? one : other;
}

function stateOf(key: KeyRecord, current: KeyRecord | undefined): ListedKey["state"] {
  if (key === current) return "current";
  const isNext = key.algorithm === current?.algorithm && key.generation > current.generation;
  return isNext ? "next" : "retired";
}
