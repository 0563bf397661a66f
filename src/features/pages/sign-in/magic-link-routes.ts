import { Elysia } from "elysia";

import { createReturnCookie } from "../../../platform/http/return-cookie.ts";
import { isRepeatedUse, signInByCode, signInByLink } from "../../magic-links/index.ts";
import { formBody, linkQuery, readerOf } from "../kit/page-request.ts";
import { returnToOf, targetOf } from "../kit/return-to.ts";
import { typedAppCode } from "../kit/typed-codes.ts";
import { confirmPage, failedPage } from "../links/link-page.ts";
import { openedLink } from "../links/link-routes.ts";
import { codePage, magicLinkPage, signedInPage } from "../links/magic-link.ts";
import { magicLinkTexts } from "../links/magic-link-texts.ts";
import { magicCodePath, magicLinkPath } from "../links/paths.ts";
import { showStep, submitSignIn } from "./submit-sign-in.ts";
import type { SignInParts } from "./parts.ts";

/** The routes that sign in by a mailed link, or by an address and the code of the same mail. */
export function magicLinkRoutes({ kit, platform, cookie }: SignInParts) {
  const { settings } = platform;
  const returnCookie = createReturnCookie(settings);
  return new Elysia()
    .use(kit)
    .get(
      magicLinkPath,
      ({ ctx, query, request, set }) => {
        const returnTo = returnToOf(settings, query.return_to ?? returnCookie.read(request));
        const reader = readerOf(request, settings);
        const { status, html } = openedLink(magicLinkPage, reader, { query, returnTo });
        return showStep({ ctx, set, reader, returnTo }, status, { html });
      },
      { page: true, query: linkQuery },
    )
    .post(
      magicLinkPath,
      ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const returnTo = returnToOf(settings, returnCookie.read(request));
        const token = body["token"] ?? "";
        const step = { ctx, set, reader, cookie, at: magicLinkPath, returnTo };
        return submitSignIn(step, {
          work: () => signInByLink(ctx, token),
          expected: ["INVALID_TOKEN", "EXPIRED_TOKEN", "FORBIDDEN"],
          async again({ code }, reason) {
            switch (code) {
              case "INVALID_TOKEN":
                // A button that is pressed twice sends the form twice, and browsers show the second response alone.
                if (await isRepeatedUse(ctx, token)) {
                  return { html: signedInPage(reader, targetOf(settings, returnTo)), status: 200 };
                }
                return { html: failedPage(magicLinkPage, reader, "invalid"), status: 400 };
              case "EXPIRED_TOKEN":
                return { html: failedPage(magicLinkPage, reader, "expired"), status: 400 };
              case "FORBIDDEN": {
                const { otherBrowser } = magicLinkTexts[reader.language];
                const form = { at: magicLinkPath, email: "", returnTo, alert: otherBrowser };
                return { html: codePage(reader, form) };
              }
              default:
                return { html: confirmPage(magicLinkPage, reader, { token, alert: reason ?? "" }) };
            }
          },
        });
      },
      { page: "visitor", accepts: "form", body: formBody },
    )
    .post(
      magicCodePath,
      ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const returnTo = returnToOf(settings, body["return_to"]);
        const email = body["email"] ?? "";
        const step = { ctx, set, reader, cookie, at: magicCodePath, returnTo };
        const code = typedAppCode(body["code"] ?? "");
        if (code === null) {
          const html = codePage(reader, { email, returnTo, faultyField: "code" });
          return showStep(step, 400, { html });
        }
        return submitSignIn(step, {
          work: () => signInByCode(ctx, { email, code }),
          expected: ["INVALID_EMAIL", "INVALID_CODE"],
          email,
          again(error, alert) {
            const field = error.code === "INVALID_EMAIL" ? "address" : "code";
            const faultyField = alert === null ? field : undefined;
            return { html: codePage(reader, { email, returnTo, faultyField, alert }) };
          },
        });
      },
      { page: "visitor", accepts: "form", body: formBody },
    );
}
