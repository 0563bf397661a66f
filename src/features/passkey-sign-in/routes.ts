import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { assertionSchema, requestOptionsSchema } from "../passkeys/index.ts";
import { tokenResponseSchema } from "../tokens/index.ts";
import { signInWithPasskey, startPasskeySignIn } from "./sign-in-with-passkey.ts";

const tags = ["Passkeys"];

/** Signing in with a passkey. */
export function passkeySignInRoutes({ kit, cookie }: Pick<RouteParts, "kit" | "cookie">) {
  return new Elysia({ prefix: "/api/v1/auth/passkeys/login" })
    .use(kit)
    .post("/options", async ({ ctx }) => success(await startPasskeySignIn(ctx), ctx.clock.now()), {
      anyone: true,
      response: { 200: successSchema(requestOptionsSchema) },
      detail: {
        operationId: "startPasskeySignIn",
        tags,
        summary: "Start a sign-in with a passkey",
        description:
          'Takes nothing, and names no user. Pass `data` to `navigator.credentials.get`, where `mediation: "conditional"` offers passkeys in the autofill of a form, and send the result to `/auth/passkeys/login/verify` within five minutes.',
      },
    })
    .post(
      "/verify",
      async ({ ctx, body, set }) => {
        const tokens = await signInWithPasskey(ctx, body);
        return success(cookie.deliver(set.headers, tokens), ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: assertionSchema,
        failsWith: ["INVALID_CREDENTIALS", "EMAIL_NOT_VERIFIED"],
        response: { 200: successSchema(tokenResponseSchema) },
        detail: {
          operationId: "signInWithPasskey",
          tags,
          summary: "Sign in with a passkey",
          description:
            "Takes the JSON of the credential, and `challenge_id` of the options, which works once. The authenticator must have verified the user; the passkey then counts as two factors (`amr` has `mfa`). The response is the same for an unknown passkey and for one that fails a check of WebAuthn §7.2.",
        },
      },
    );
}
