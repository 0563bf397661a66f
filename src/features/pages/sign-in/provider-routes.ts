import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { AppError, type ErrorCode } from "../../../kernel/errors.ts";
import { createBindingCookie } from "../../../platform/http/binding-cookie.ts";
import { refuseHead } from "../../../platform/http/refuse-head.ts";
import { browserOf, finishOnPage, startOnPage } from "../../social-login/index.ts";
import { attempt } from "../kit/attempt.ts";
import { readerOf } from "../kit/page-request.ts";
import { returnToOf } from "../kit/return-to.ts";
import { seeOther } from "../kit/see-other.ts";
import type { SignInParts } from "./parts.ts";
import { signInOffer, signInStep } from "./sign-in-page.ts";
import { type SignInTexts, signInTexts } from "./sign-in-texts.ts";
import { showAgain, type SignInRequest, type Step, submitSignIn } from "./submit-sign-in.ts";

const providerParams = Type.Object({ provider: Type.String({ minLength: 1, maxLength: 64 }) });
const startQuery = Type.Object(
  { return_to: Type.Optional(Type.Unknown()) },
  { additionalProperties: true },
);
const doneQuery = Type.Object(
  {
    code: Type.Optional(Type.Unknown()),
    state: Type.Optional(Type.Unknown()),
    error: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: true },
);

/** The errors of a callback or of the exchange that the page explains. */
const explained: readonly ErrorCode[] = [
  "FORBIDDEN",
  "CONFLICT",
  "UNAVAILABLE",
  "OVERLOADED",
  "RATE_LIMITED",
  "NOT_FOUND",
  "REGISTRATION_CLOSED",
  "VALIDATION_ERROR",
  "INVALID_TOKEN",
  "EXPIRED_TOKEN",
  "INVALID_CREDENTIALS",
];

/** What the page says about some of them. Of the others, it says that the sign-in has to begin again. */
const faultTexts: Partial<Record<ErrorCode, keyof Omit<SignInTexts, "continueWith">>> = {
  FORBIDDEN: "cancelled",
  CONFLICT: "providerConflict",
  UNAVAILABLE: "providerDown",
  OVERLOADED: "providerDown",
  NOT_FOUND: "noProvider",
  REGISTRATION_CLOSED: "closed",
};

/** The routes that lead from the sign-in page to a provider, and from there to a browser session. */
export function providerPageRoutes({ kit, platform, cookie, social }: SignInParts) {
  const { settings } = platform;
  const offer = signInOffer(platform, social);
  const bindingCookie = createBindingCookie(settings);

  /** The page to try again, at the path of a request. */
  function againAt({ reader, at, returnTo }: Pick<SignInRequest, "reader" | "at" | "returnTo">) {
    return ({ code }: AppError, reason: string | null): Step => {
      const texts = signInTexts[reader.language];
      const name = faultTexts[code];
      const alert = name === undefined ? (reason ?? texts.startAgain) : texts[name];
      return signInStep(reader, offer, { at, returnTo, alert });
    };
  }

  return new Elysia()
    .use(kit)
    .get(
      "/sign-in/provider/:provider",
      async ({ ctx, params, query, request, set }) => {
        refuseHead(request);
        const { provider } = params;
        const reader = readerOf(request, settings);
        const returnTo = returnToOf(settings, query.return_to);
        const step = { ctx, set, reader, cookie, at: `/sign-in/provider/${provider}`, returnTo };
        const browser = browserOf(request, bindingCookie);
        const started = await attempt(ctx, ["NOT_FOUND"], () =>
          startOnPage(ctx, social, { provider, returnTo, browser }),
        );
        if (started instanceof AppError) return showAgain(step, started, againAt(step));
        const { binding, location } = started;
        set.headers["set-cookie"] = bindingCookie.store(binding.value, binding.mode);
        return seeOther(set, location);
      },
      { page: true, params: providerParams, query: startQuery },
    )
    .get(
      "/sign-in/provider/:provider/done",
      async ({ ctx, params, query, request, set }) => {
        refuseHead(request);
        const { provider } = params;
        const reader = readerOf(request, settings);
        const returnTo = returnToOf(settings, query.state);
        const at = `/sign-in/provider/${provider}/done`;
        const step = { ctx, set, reader, cookie, at, returnTo };
        if (query.error !== undefined) return showAgain(step, errorOf(query.error), againAt(step));
        const browser = browserOf(request, bindingCookie);
        const code = typeof query.code === "string" ? query.code : "";
        return submitSignIn(step, {
          work: () => finishOnPage(ctx, social, { provider, code, browser }),
          expected: explained,
          again: againAt(step),
        });
      },
      { page: "visitor", params: providerParams, query: doneQuery },
    );
}

/** The error that the callback named in the address. Anyone can write one: it does nothing but choose a sentence. */
function errorOf(name: unknown): AppError {
  const code = explained.find((one) => one.toLowerCase() === name);
  return new AppError(code ?? "VALIDATION_ERROR", "The sign-in at the provider failed.");
}
