import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import { verifyEmailByCode } from "../../email-verification/index.ts";
import { attempt } from "../kit/attempt.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { returnToOf, targetOf } from "../kit/return-to.ts";
import { seeOther } from "../kit/see-other.ts";
import { typedAppCode } from "../kit/typed-codes.ts";
import { verifyCodePath } from "../links/paths.ts";
import { verifyCodePage } from "../links/verify-code.ts";
import type { SignInParts } from "./parts.ts";
import { signInOffer, signInStep } from "./sign-in-page.ts";
import { signInTexts } from "./sign-in-texts.ts";
import { showAgain, showStep } from "./submit-sign-in.ts";

/** The route that verifies an address by the code of a mail, and leads on to the sign-in. */
export function verifyCodeRoutes({ kit, platform, cookie, social }: SignInParts) {
  const { settings } = platform;
  const offer = signInOffer(platform, social);
  return new Elysia().use(kit).post(
    verifyCodePath,
    async ({ ctx, body, request, set }) => {
      const reader = readerOf(request, settings);
      const returnTo = returnToOf(settings, body["return_to"]);
      const email = body["email"] ?? "";
      const step = { ctx, set, reader, cookie, at: verifyCodePath, returnTo };
      const code = typedAppCode(body["code"] ?? "");
      if (code === null) {
        const html = verifyCodePage(reader, { email, returnTo, faultyField: "code" });
        return showStep(step, 400, { html });
      }
      const outcome = await attempt(ctx, ["INVALID_EMAIL", "INVALID_CODE"], () =>
        verifyEmailByCode(ctx, { email, code }),
      );
      if (outcome instanceof AppError) {
        return showAgain(step, outcome, (error, alert) => {
          const field = error.code === "INVALID_EMAIL" ? "address" : "code";
          const faultyField = alert === null ? field : undefined;
          return { html: verifyCodePage(reader, { email, returnTo, faultyField, alert }) };
        });
      }
      if (ctx.actor.kind === "user") return seeOther(set, targetOf(settings, returnTo));
      const { confirmed } = signInTexts[reader.language];
      const form = { at: verifyCodePath, returnTo, identifier: email, done: confirmed };
      return showStep(step, 200, signInStep(reader, offer, form));
    },
    { page: true, accepts: "form", body: formBody },
  );
}
