import { Elysia } from "elysia";

import type { RouteParts } from "../../platform/http/route-kit.ts";
import { keySetSchema } from "./model.ts";

/** Shorter than the shortest time by which a scheduled key is published ahead of its use. */
const cacheSeconds = 300;

/** The public keys with which other services verify access tokens and ID tokens. */
export function keysRoutes({ kit, platform }: Pick<RouteParts, "kit" | "platform">) {
  return new Elysia({ prefix: "/.well-known" }).use(kit).get(
    "/jwks.json",
    ({ set }) => {
      set.headers["cache-control"] = `public, max-age=${cacheSeconds}`;
      return { keys: [...platform.keyRing.published()] };
    },
    {
      anyone: true,
      response: { 200: keySetSchema },
      detail: {
        operationId: "getKeySet",
        tags: ["OAuth 2.0"],
        summary: "Get the public keys",
        description:
          "Returns the keys that verify access tokens and ID tokens, as a JWK set (RFC 7517): the current key, the next key before it is used, and former keys whose tokens may still be valid. Under HS256 only the keys that verify ID tokens; without a client that signs users in, none. Clients may cache it, and should fetch it again when a token names a `kid` that is not in their copy.",
      },
    },
  );
}
