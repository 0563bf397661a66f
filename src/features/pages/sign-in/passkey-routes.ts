import { Elysia } from "elysia";

import { signInWithPasskey, startPasskeySignIn } from "../../passkey-sign-in/index.ts";
import { assertionSchema } from "../../passkeys/index.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { returnToOf } from "../kit/return-to.ts";
import { readCredential } from "../passkeys/read-credential.ts";
import type { SignInParts } from "./parts.ts";
import { passkeyPath } from "./paths.ts";
import { signInOffer, signInStep } from "./sign-in-page.ts";
import { signInTexts } from "./sign-in-texts.ts";
import { submitSignIn } from "./submit-sign-in.ts";

/** The route that signs in with the passkey that the script of the page posts. */
export function passkeyPageRoutes({ kit, platform, cookie, social }: SignInParts) {
  const { settings } = platform;
  const offer = signInOffer(platform, social);
  return new Elysia().use(kit).post(
    passkeyPath,
    ({ ctx, body, request, set }) => {
      const reader = readerOf(request, settings);
      const returnTo = returnToOf(settings, body["return_to"]);
      const { passkeyRefused } = signInTexts[reader.language];
      const step = { ctx, set, reader, cookie, at: passkeyPath, returnTo };
      return submitSignIn(step, {
        async work() {
          // The script got no options: this shows why.
          if (body["credential"] === undefined) await startPasskeySignIn(ctx);
          return signInWithPasskey(ctx, readCredential(assertionSchema, body));
        },
        expected: ["INVALID_CREDENTIALS", "VALIDATION_ERROR"],
        again: (_error, reason) =>
          signInStep(reader, offer, { at: passkeyPath, returnTo, alert: reason ?? passkeyRefused }),
      });
    },
    { page: "visitor", accepts: "form", body: formBody },
  );
}
