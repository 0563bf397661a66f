import { Elysia } from "elysia";

import type { RouteKit } from "../../platform/http/route-kit.ts";
import type { Platform } from "../../platform/platform.ts";
import { keySetSchema } from "./model.ts";

/** Shorter than the shortest time by which a scheduled key is published ahead of its use. */
const cacheSeconds = 300;

/** Where other services find the keys that verify our tokens. */
export function keysRoutes(kit: RouteKit, { keyRing }: Platform) {
  return new Elysia({ prefix: "/.well-known" }).use(kit).get(
    "/jwks.json",
    ({ set }) => {
      set.headers["cache-control"] = `public, max-age=${cacheSeconds}`;
      return { keys: [...keyRing.published()] };
    },
    {
      anyone: true,
      response: { 200: keySetSchema },
      detail: {
        operationId: "getKeySet",
        tags: ["OAuth 2.0"],
        summary: "The public keys",
        description:
          "The keys that verify access tokens, as a JWK set (RFC 7517): the one in use, the next one ahead of its use, and those whose tokens may still live. Empty under HS256, which has no public key. May be cached; fetch it again when a token names a `kid` that your copy lacks.",
      },
    },
  );
}
