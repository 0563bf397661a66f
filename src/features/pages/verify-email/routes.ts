import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Platform } from "../../../platform/platform.ts";
import { requestVerification } from "../../email-verification/index.ts";
import { formField, linkQuery, tokenOf } from "../link-query.ts";
import { askAgainPage } from "../mail-form.ts";
import { pressSendMail } from "../press-button.ts";
import { readerOf, showPage } from "../show-page.ts";
import {
  confirmedPage,
  confirmPage,
  failedPage,
  resendVerificationPath,
  resentPage,
  verifyEmailPath,
} from "./pages.ts";
import { pressConfirm } from "./press.ts";

/** The page that confirms an address. */
export function verifyEmailPages(kit: RouteKit, { settings }: Platform) {
  return new Elysia({ detail: { hide: true } })
    .use(kit)
    .get(
      verifyEmailPath,
      ({ query, request, set }) => {
        const reader = readerOf(request, settings);
        const token = tokenOf(query);
        return token === null
          ? showPage(set, 400, failedPage(reader, "invalid"))
          : showPage(set, 200, confirmPage(reader, { token }));
      },
      { anyone: true, query: linkQuery },
    )
    .post(
      verifyEmailPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const { token = "" } = body;
        const outcome = await pressConfirm(ctx, token);
        if (outcome === "away") {
          return showPage(set, 503, confirmPage(reader, { token, isRepeated: true }));
        }
        return outcome === "done"
          ? showPage(set, 200, confirmedPage(reader))
          : showPage(set, 400, failedPage(reader, outcome));
      },
      { anyone: true, accepts: "form", body: Type.Object({ token: formField }) },
    )
    .post(
      resendVerificationPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const { email = "" } = body;
        const outcome = await pressSendMail(ctx, () => requestVerification(ctx, { email }));
        if (outcome === "done") return showPage(set, 200, resentPage(reader));
        const here = { at: resendVerificationPath, to: resendVerificationPath };
        const status = outcome === "away" ? 503 : 400;
        return showPage(set, status, askAgainPage(reader, { ...here, email, fault: outcome }));
      },
      { anyone: true, accepts: "form", body: Type.Object({ email: formField }) },
    );
}
