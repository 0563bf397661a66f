import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import type { RouteKit } from "../../../platform/http/route-kit.ts";
import type { Platform } from "../../../platform/platform.ts";
import { requestPasswordReset } from "../../passwords/index.ts";
import { formField, linkQuery, tokenOf } from "../link-query.ts";
import { askAgainPage } from "../mail-form.ts";
import { pressSendMail } from "../press-button.ts";
import { readerOf, showPage } from "../show-page.ts";
import {
  askedPage,
  askPage,
  askResetPath,
  changedPage,
  choosePage,
  failedPage,
  resetPasswordPath,
} from "./pages.ts";
import { pressSetPassword } from "./press.ts";

/** The page to choose a new password on. Opened without a link, it is the page to ask for one. */
export function resetPasswordPages(kit: RouteKit, { settings }: Platform) {
  return new Elysia({ detail: { hide: true } })
    .use(kit)
    .get(
      resetPasswordPath,
      ({ query, request, set }) => {
        const reader = readerOf(request, settings);
        if (query.token === undefined) return showPage(set, 200, askPage(reader));
        const token = tokenOf(query);
        return token === null
          ? showPage(set, 400, failedPage(reader, "invalid"))
          : showPage(set, 200, choosePage(reader, { token, rules: settings }));
      },
      { anyone: true, query: linkQuery },
    )
    .post(
      resetPasswordPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const { token = "", password = "", password_confirmation: confirmation = "" } = body;
        const outcome = await pressSetPassword(ctx, { token, password, confirmation });
        const page = { token, rules: settings };
        if (outcome === "done") return showPage(set, 200, changedPage(reader));
        if (outcome === "away") {
          return showPage(set, 503, choosePage(reader, { ...page, isRepeated: true }));
        }
        return typeof outcome === "string"
          ? showPage(set, 400, failedPage(reader, outcome))
          : showPage(set, 400, choosePage(reader, { ...page, faults: outcome }));
      },
      {
        anyone: true,
        accepts: "form",
        body: Type.Object({
          token: formField,
          password: formField,
          password_confirmation: formField,
        }),
      },
    )
    .post(
      askResetPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const { email = "" } = body;
        const outcome = await pressSendMail(ctx, () => requestPasswordReset(ctx, { email }));
        if (outcome === "done") return showPage(set, 200, askedPage(reader));
        const here = { at: askResetPath, to: askResetPath };
        const status = outcome === "away" ? 503 : 400;
        return showPage(set, status, askAgainPage(reader, { ...here, email, fault: outcome }));
      },
      { anyone: true, accepts: "form", body: Type.Object({ email: formField }) },
    );
}
