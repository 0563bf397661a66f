import { Elysia } from "elysia";

import { verifySecondFactor } from "../../second-factor/index.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { returnToOf } from "../kit/return-to.ts";
import { typedFactor } from "../kit/typed-codes.ts";
import type { SignInParts } from "./parts.ts";
import { secondFactorPath } from "./paths.ts";
import { secondFactorStep } from "./second-factor-page.ts";
import { signInOffer, signInStep } from "./sign-in-page.ts";
import { signInTexts } from "./sign-in-texts.ts";
import { showStep, submitSignIn } from "./submit-sign-in.ts";

/** The route that finishes every sign-in on a page with the second factor. */
export function secondFactorPageRoutes({ kit, platform, cookie, social }: SignInParts) {
  const { settings } = platform;
  const offer = signInOffer(platform, social);
  return new Elysia().use(kit).post(
    secondFactorPath,
    ({ ctx, body, request, set }) => {
      const reader = readerOf(request, settings);
      const returnTo = returnToOf(settings, body["return_to"]);
      const step = { ctx, set, reader, cookie, at: secondFactorPath, returnTo };
      const mfaToken = body["token"] ?? "";
      const hasPasskey = body["has_passkey"] === "true";
      const form = { at: secondFactorPath, returnTo, mfaToken, hasPasskey };
      const sent = typedFactor(body["code"] ?? "");
      // An input that is no code must not count as a guess.
      if (sent === null) {
        return showStep(step, 400, secondFactorStep(reader, { ...form, isFaulty: true }));
      }
      const isToTrustDevice = body["trust_device"] === "true";
      return submitSignIn(step, {
        work: () => verifySecondFactor(ctx, { mfaToken, sent, isToTrustDevice }),
        expected: ["INVALID_TOKEN", "INVALID_CODE", "INVALID_CREDENTIALS"],
        again({ code }, alert) {
          if (code === "INVALID_CODE" || alert !== null) {
            const isFaulty = alert === null;
            return secondFactorStep(reader, { ...form, isFaulty, alert });
          }
          const { startAgain } = signInTexts[reader.language];
          const at = secondFactorPath;
          return signInStep(reader, offer, { at, returnTo, alert: startAgain });
        },
      });
    },
    { page: "visitor", accepts: "form", body: formBody },
  );
}
