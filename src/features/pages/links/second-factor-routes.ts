import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import type { RefreshCookie } from "../../../platform/http/refresh-cookie.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Platform } from "../../../platform/platform.ts";
import { type SentFactor, verifySecondFactor } from "../../second-factor/index.ts";
import { attempt } from "../kit/attempt.ts";
import { showPage } from "../kit/layout.ts";
import { donePage, failedPage } from "./link-page.ts";
import { magicLinkPage, signedInBody } from "./magic-link.ts";
import { magicLinkTexts } from "./magic-link-texts.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { secondFactorPage, secondFactorPath } from "./second-factor.ts";
import { showForLater } from "../kit/try-later.ts";

/** The route that finishes a sign-in by mail with the second factor. */
export function secondFactorPageRoutes({
  kit,
  platform,
  cookie,
}: {
  readonly kit: RouteKit;
  readonly platform: Platform;
  readonly cookie: RefreshCookie;
}) {
  const { settings } = platform;
  return new Elysia().use(kit).post(
    secondFactorPath,
    async ({ ctx, body, request, set }) => {
      const reader = readerOf(request, settings);
      const form = { at: secondFactorPath, mfaToken: body["token"] ?? "" };
      const sent = typedFactor(body["code"] ?? "");
      // An input that is no code must not count as a guess.
      if (sent === null) {
        return showPage(set, 400, secondFactorPage(reader, { ...form, isFaulty: true }));
      }
      const outcome = await attempt(ctx, ["INVALID_TOKEN", "INVALID_CODE"], () =>
        verifySecondFactor(ctx, { mfaToken: form.mfaToken, sent, isToTrustDevice: false }),
      );
      if (!(outcome instanceof AppError)) {
        cookie.deliver(set.headers, outcome);
        const signedIn = signedInBody(reader);
        return showPage(set, 200, donePage({ texts: magicLinkTexts }, reader, signedIn));
      }
      switch (outcome.code) {
        case "INVALID_CODE":
          return showPage(set, 400, secondFactorPage(reader, { ...form, isFaulty: true }));
        case "INVALID_TOKEN":
          return showPage(set, 400, failedPage(magicLinkPage(cookie), reader, "expired"));
        default:
          return showForLater(set, reader, outcome, (reason) =>
            secondFactorPage(reader, { ...form, alert: reason }),
          );
      }
    },
    { page: true, accepts: "form", body: formBody },
  );
}

/** A code of the app, which may be typed with spaces or in full-width digits, or a recovery code; null for anything else. */
function typedFactor(input: string): SentFactor | null {
  const typed = input.normalize("NFKC").replaceAll(/\s/g, "");
  if (/^[0-9]{6}$/.test(typed)) return { code: typed };
  return /^[A-Za-z0-9-]{16,32}$/.test(typed) ? { recoveryCode: typed } : null;
}
