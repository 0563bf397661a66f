import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import {
  creationOptionsSchema,
  onePasskeySchema,
  registerPasskeyBody,
  viewPasskey,
} from "./model.ts";
import { registerPasskey } from "./register-passkey.ts";
import { startRegistration } from "./start-registration.ts";

const tags = ["Passkeys"];

/** Adding a passkey to the signed-in user's account. */
export function passkeyRegistrationRoutes({ kit }: Pick<RouteParts, "kit">) {
  return new Elysia({ prefix: "/api/v1/auth/passkeys/register" })
    .use(kit)
    .post("/options", async ({ ctx }) => success(await startRegistration(ctx), ctx.clock.now()), {
      signedIn: true,
      failsWith: ["REAUTHENTICATION_REQUIRED"],
      response: { 200: successSchema(creationOptionsSchema) },
      detail: {
        operationId: "startPasskeyRegistration",
        tags,
        summary: "Start adding a passkey",
        description:
          "Requires a sign-in within the last ten minutes. Pass `data` to `navigator.credentials.create`, and send the result to `/auth/passkeys/register/verify` within five minutes. The authenticator verifies the user, by a fingerprint or a PIN, and stores the passkey for a sign-in without a name.",
      },
    })
    .post(
      "/verify",
      async ({ ctx, body, set }) => {
        const passkey = await registerPasskey(ctx, body);
        set.status = 201;
        return success({ passkey: viewPasskey(passkey) }, ctx.clock.now());
      },
      {
        signedIn: true,
        accepts: "json",
        body: registerPasskeyBody,
        response: { 201: successSchema(onePasskeySchema) },
        detail: {
          operationId: "addPasskey",
          tags,
          summary: "Add a passkey",
          description:
            "Takes the JSON of the new credential, and optionally a `name`. The challenge of the options works once, in the session that requested it. Ends every other session of the user, who is mailed. A credential that fails a check of WebAuthn §7.1 is a `VALIDATION_ERROR`, whose `issue` says which.",
        },
      },
    );
}
