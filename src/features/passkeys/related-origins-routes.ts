import { Elysia } from "elysia";

import type { RouteParts } from "../../platform/http/route-kit.ts";
import { relatedOriginsSchema } from "./model.ts";
import { relyingPartyOf } from "./relying-party.ts";

const cacheSeconds = 3600;

/** The origins that browsers let use the passkeys of this domain (WebAuthn §5.11). */
export function relatedOriginsRoutes({ kit, platform }: Pick<RouteParts, "kit" | "platform">) {
  return new Elysia({ prefix: "/.well-known" }).use(kit).get(
    "/webauthn",
    ({ set }) => {
      set.headers["cache-control"] = `public, max-age=${cacheSeconds}`;
      return { origins: [...relyingPartyOf(platform.settings).origins] };
    },
    {
      anyone: true,
      response: { 200: relatedOriginsSchema },
      detail: {
        operationId: "getRelatedOrigins",
        tags: ["Passkeys"],
        summary: "Get the origins that may use passkeys",
        description:
          "The related origins of WebAuthn §5.11: `WEBAUTHN_ORIGINS`. A browser fetches it from the host of the relying party id when a page of another domain uses a passkey.",
      },
    },
  );
}
