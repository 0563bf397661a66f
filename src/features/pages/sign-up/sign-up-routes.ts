import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { AppError } from "../../../kernel/errors.ts";
import { register, type RegisterInput } from "../../passwords/index.ts";
import { attempt } from "../kit/attempt.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { returnToOf, targetOf } from "../kit/return-to.ts";
import { seeOther } from "../kit/see-other.ts";
import type { SignInParts } from "../sign-in/parts.ts";
import { leadOn, showAgain, showStep } from "../sign-in/submit-sign-in.ts";
import { findFormErrors } from "./find-form-errors.ts";
import { mailSentPage } from "./mail-sent-page.ts";
import { closedPage, signUpPage, signUpPath } from "./sign-up-page.ts";

const signUpQuery = Type.Object(
  { return_to: Type.Optional(Type.Unknown()) },
  { additionalProperties: true },
);

const explained = [
  "INVALID_EMAIL",
  "VALIDATION_ERROR",
  "DUPLICATE_EMAIL",
  "DUPLICATE_USERNAME",
  "PASSWORD_MISMATCH",
  "WEAK_PASSWORD",
  "REGISTRATION_CLOSED",
] as const;

/** The routes of the page that signs up. */
export function signUpRoutes({ kit, platform, cookie }: Omit<SignInParts, "social">) {
  const { settings } = platform;
  return new Elysia()
    .use(kit)
    .get(
      signUpPath,
      ({ ctx, query, request, set }) => {
        const reader = readerOf(request, settings);
        const returnTo = returnToOf(settings, query.return_to);
        const step = { ctx, set, reader, returnTo };
        if (ctx.actor.kind === "user") return seeOther(set, targetOf(settings, returnTo));
        if (settings.registration !== "open") {
          return showStep(step, 403, { html: closedPage(reader, settings, returnTo) });
        }
        return showStep(step, 200, { html: signUpPage(reader, settings, { returnTo }) });
      },
      { page: true, query: signUpQuery },
    )
    .post(
      signUpPath,
      async ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const returnTo = returnToOf(settings, body["return_to"]);
        const step = { ctx, set, reader, cookie, at: signUpPath, returnTo };
        const errors = settings.registration === "open" ? findFormErrors(ctx, body) : [];
        if (errors.length > 0) {
          const html = signUpPage(reader, settings, { returnTo, entered: body, errors });
          return showStep(step, 400, { html });
        }
        const outcome = await attempt(ctx, explained, async () => register(ctx, inputOf(body)));
        if (outcome instanceof AppError) {
          return showAgain(step, outcome, (error, alert) => {
            // A refused domain is a fault of the address; without a fault there is no registration at all.
            const isClosed = error.code === "REGISTRATION_CLOSED" && !error.detail.faults;
            if (isClosed) return { html: closedPage(reader, settings, returnTo) };
            const shown = alert === null ? { errors: [error] } : { alert };
            return { html: signUpPage(reader, settings, { returnTo, entered: body, ...shown }) };
          });
        }
        if (outcome.tokens) return leadOn(step, outcome.tokens);
        return showStep(step, 200, {
          html: mailSentPage(reader, { email: body["email"] ?? "", returnTo }),
        });
      },
      { page: "visitor", accepts: "form", body: formBody },
    );
}

/** What the form registers. `findFormErrors` has found nothing wrong with it. */
function inputOf(form: Readonly<Record<string, string>>): RegisterInput {
  const { email = "", username = null, name = null, password } = form;
  const isWithoutPassword = form["without_password"] === "true";
  return {
    email,
    username,
    name,
    password: isWithoutPassword ? undefined : password,
    passwordConfirmation: isWithoutPassword ? undefined : (form["password_confirmation"] ?? ""),
  };
}
