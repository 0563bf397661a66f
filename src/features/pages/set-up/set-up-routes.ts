import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import type { RouteParts } from "../../../platform/http/route-kit.ts";
import { createFirstAdmin } from "../../user-administration/index.ts";
import { attempt } from "../kit/attempt.ts";
import { showPage } from "../kit/layout.ts";
import { formBody, linkQuery, readerOf, tokenOf } from "../kit/page-request.ts";
import { leadOn, showAgain, type SignInRequest } from "../sign-in/submit-sign-in.ts";
import { findFormErrors } from "../sign-up/find-form-errors.ts";
import { setUpFailedPage, setUpPage, setUpPath } from "./set-up-page.ts";

const explained = [
  "INVALID_TOKEN",
  "EXPIRED_TOKEN",
  "INVALID_EMAIL",
  "VALIDATION_ERROR",
  "DUPLICATE_EMAIL",
  "DUPLICATE_USERNAME",
  "PASSWORD_MISMATCH",
  "WEAK_PASSWORD",
] as const;

/** The routes of the page behind the link that a start without an administrator prints. `GET` reads no account. */
export function setUpRoutes({ kit, platform, cookie }: RouteParts) {
  const { settings } = platform;
  return new Elysia()
    .use(kit)
    .get(
      setUpPath,
      ({ query, request, set }) => {
        const reader = readerOf(request, settings);
        const token = tokenOf(query);
        return token === null
          ? showPage(set, reader, 400, setUpFailedPage(reader, "invalid"))
          : showPage(set, reader, 200, setUpPage(reader, settings, { token }));
      },
      { page: true, query: linkQuery },
    )
    .post(
      setUpPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const step: SignInRequest = { ctx, set, reader, cookie, at: setUpPath, returnTo: null };
        const { token = "", email = "", username = null, password = "" } = body;
        const confirmation = body["password_confirmation"] ?? "";
        const errors = findFormErrors(ctx, body, { mayBeReserved: true });
        if (errors.length > 0) {
          const html = setUpPage(reader, settings, { token, entered: body, errors });
          return showPage(set, reader, 400, html);
        }
        const input = { token, email, username, password, confirmation };
        const outcome = await attempt(ctx, explained, () => createFirstAdmin(ctx, input));
        if (!(outcome instanceof AppError)) return leadOn(step, outcome);
        return showAgain(step, outcome, (error, alert) => {
          if (error.code === "INVALID_TOKEN" || error.code === "EXPIRED_TOKEN") {
            const fault = error.code === "EXPIRED_TOKEN" ? "expired" : "invalid";
            return { html: setUpFailedPage(reader, fault), status: 400 };
          }
          const shown = alert === null ? { errors: [error] } : { alert };
          return { html: setUpPage(reader, settings, { token, entered: body, ...shown }) };
        });
      },
      { page: "visitor", accepts: "form", body: formBody },
    );
}
