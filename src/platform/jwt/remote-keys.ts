import { Type } from "@sinclair/typebox";
import { createLocalJWKSet, type JWSHeaderParameters } from "jose";

import type { Clock } from "../../kernel/clock.ts";
import { type KeepingTimes, keepValue } from "../../kernel/kept-value.ts";
import { compileOnUse } from "../../kernel/schema-check.ts";
import type { HttpClient } from "../http-client/port.ts";
import { requestJson } from "../http-client/request-json.ts";

/** Another service's key, for the token whose header it was found with. */
export interface RemoteKey {
  readonly key: CryptoKey;
  /** `issuer` of the JWK, by which Microsoft says whose tokens the key signs; null without one. */
  readonly issuer: string | null;
}

/** The public keys of another service, as its JWK set has them now. */
export interface RemoteKeys {
  /** Loads the set unless it is kept. Throws the same errors. */
  load(): Promise<void>;
  /** The only key for a token with this header, or null. Throws `NoJsonError`, and `InvalidKeySetError`. */
  find(header: JWSHeaderParameters): Promise<RemoteKey | null>;
}

/** Where a JWK set is (RFC 7517 §5). */
export interface KeySetLocation {
  readonly url: string;
  readonly mayBePrivate: boolean;
}

/** The response of the key endpoint is no JWK set. */
export class InvalidKeySetError extends Error {}

/** A key that its owner has removed verifies for ten minutes at most. An unknown `kid` loads the set again. */
const times: KeepingTimes = { valueSeconds: 600, errorSeconds: 5, renewalSeconds: 30 };

/** The import of a key checks its other members. */
const keySetCheck = compileOnUse(
  Type.Object({
    keys: Type.Array(
      Type.Object({
        kty: Type.String(),
        kid: Type.Optional(Type.String()),
        issuer: Type.Optional(Type.String()),
      }),
    ),
  }),
);

type FindKey = (header: JWSHeaderParameters) => Promise<RemoteKey | null>;

/** Loads the JWK set when a key is first needed, and keeps it. */
export function createRemoteKeys(
  { url, mayBePrivate }: KeySetLocation,
  { httpClient, clock }: { readonly httpClient: HttpClient; readonly clock: Clock },
): RemoteKeys {
  async function load(): Promise<FindKey> {
    const { status, json } = await requestJson(httpClient, { url, method: "GET", mayBePrivate });
    if (status !== 200) throw new InvalidKeySetError(`the key endpoint responded ${status}`);
    return readKeySet(json);
  }

  const keySet = keepValue(load, times, clock);
  return {
    async load() {
      await keySet.get();
    },
    async find(header) {
      const find = await keySet.get();
      const found = await find(header);
      if (found !== null) return found;
      const findAgain = await keySet.renew();
      return findAgain === find ? null : await findAgain(header);
    },
  };
}

function readKeySet(json: unknown): FindKey {
  if (!keySetCheck.Check(json)) throw new InvalidKeySetError("no JWK set");
  const keySet = createLocalJWKSet(json);
  return async (header) => {
    try {
      const key = await keySet(header);
      const jwk = json.keys.find(({ kid }) => kid === header.kid);
      return { key, issuer: jwk?.issuer ?? null };
    } catch {
      // No key matches, or several do: then the token must name one (OpenID Connect Core §10.1). Or the key is unusable.
      return null;
    }
  };
}
