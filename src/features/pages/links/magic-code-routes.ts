import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import type { RefreshCookie } from "../../../platform/http/refresh-cookie.ts";
import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Platform } from "../../../platform/platform.ts";
import { signInByCode } from "../../magic-links/index.ts";
import { attempt } from "../kit/attempt.ts";
import { showPage } from "../kit/layout.ts";
import { donePage } from "./link-page.ts";
import { magicLinkTexts } from "./magic-link-texts.ts";
import { codePage, magicCodePath, signedInBody } from "./magic-link.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { mfaTokenOf, secondFactorPage } from "./second-factor.ts";
import { showForLater } from "../kit/try-later.ts";

/** The route that signs in by an address and the code of a mail. */
export function magicCodeRoutes({
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
    magicCodePath,
    async ({ ctx, body, request, set }) => {
      const reader = readerOf(request, settings);
      const email = body["email"] ?? "";
      const code = typedCode(body["code"] ?? "");
      // An input that is no code must not count as a guess.
      if (code === null) {
        return showPage(set, 400, codePage(reader, { email, faultyField: "code" }));
      }
      const outcome = await attempt(ctx, ["INVALID_EMAIL", "INVALID_CODE", "MFA_REQUIRED"], () =>
        signInByCode(ctx, { email, code }),
      );
      if (!(outcome instanceof AppError)) {
        cookie.deliver(set.headers, outcome);
        const signedIn = signedInBody(reader);
        return showPage(set, 200, donePage({ texts: magicLinkTexts }, reader, signedIn));
      }
      switch (outcome.code) {
        case "MFA_REQUIRED": {
          const form = { at: magicCodePath, mfaToken: mfaTokenOf(outcome) };
          return showPage(set, 200, secondFactorPage(reader, form));
        }
        case "INVALID_EMAIL":
          return showPage(set, 400, codePage(reader, { email, faultyField: "address" }));
        case "INVALID_CODE":
          return showPage(set, 400, codePage(reader, { email, faultyField: "code" }));
        default:
          return showForLater(set, reader, outcome, (reason) =>
            codePage(reader, { email, alert: reason }),
          );
      }
    },
    { page: true, accepts: "form", body: formBody },
  );
}

/** The six digits of a code that may be typed with spaces or in full-width digits, or null. */
function typedCode(input: string): string | null {
  const code = input.normalize("NFKC").replaceAll(/\s/g, "");
  return /^[0-9]{6}$/.test(code) ? code : null;
}
