import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { RouteParts } from "../../platform/http/route-kit.ts";
import { identityParams } from "../identities/index.ts";
import { passkeyParams } from "../passkeys/index.ts";
import { removePasskey } from "./remove-passkey.ts";
import { unlinkIdentity } from "./unlink-identity.ts";

/** Removing a way to sign in, of which the last one stays. */
export function signInMethodsRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/users/me" })
    .use(kit)
    .delete(
      "/identities/:id",
      async ({ ctx, params, set }) => {
        await unlinkIdentity(ctx, params.id);
        set.status = 204;
      },
      {
        signedIn: true,
        params: identityParams,
        failsWith: ["REAUTHENTICATION_REQUIRED", "NOT_FOUND", "CONFLICT"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "unlinkOwnIdentity",
          tags: ["Identities"],
          summary: "Unlink an identity",
          description:
            "Requires a sign-in or reauthentication within the last hour (`REAUTHENTICATION_REQUIRED`). The user cannot sign in with it any more; sessions stay. The last identity of an account without a password or a passkey cannot be unlinked (`CONFLICT`): set a password first.",
        },
      },
    )
    .delete(
      "/passkeys/:id",
      async ({ ctx, params, set }) => {
        await removePasskey(ctx, params.id);
        set.status = 204;
      },
      {
        signedIn: true,
        params: passkeyParams,
        failsWith: ["REAUTHENTICATION_REQUIRED", "NOT_FOUND", "CONFLICT"],
        response: { 204: Type.Void() },
        detail: {
          operationId: "removeOwnPasskey",
          tags: ["Passkeys"],
          summary: "Remove a passkey",
          description:
            "Requires a sign-in or reauthentication within the last hour (`REAUTHENTICATION_REQUIRED`). The user cannot sign in with it any more, and is mailed; every other session of the user ends. The last passkey of an account without a password or an identity cannot be removed (`CONFLICT`): set a password first.",
        },
      },
    );
}
