import { Elysia } from "elysia";
import { Type } from "@sinclair/typebox";

import { createBindingCookie } from "../../platform/http/binding-cookie.ts";
import { success, successSchema } from "../../platform/http/envelope.ts";
import type { ResponseHeaders } from "../../platform/http/exchange.ts";
import { readQuery } from "../../platform/http/query-parameters.ts";
import { refuseHead } from "../../platform/http/refuse-head.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import type { Context } from "../../platform/platform.ts";
import { viewIdentity } from "../identities/index.ts";
import type { CallbackOutcome } from "./callback.ts";
import { browserOf } from "./browser.ts";
import {
  callbackBody,
  callbackParameters,
  callbackSchema,
  providerParams,
  startQuery,
} from "./model.ts";
import type { Provider } from "./provider.ts";
import { finishOrReturn } from "./return-to-page.ts";
import { accountFailures, tags } from "./route-texts.ts";
import { createSocialLogin } from "./social-login.ts";
import { start } from "./start.ts";

/** What the routes of social login need. */
export type SocialLoginParts = Pick<RouteParts, "kit" | "cookie" | "platform"> & {
  readonly providers: ReadonlyMap<string, Provider>;
};

const callbackDescription =
  "The provider sends the browser here. With `redirect_uri` at the start the browser continues there with `?code=`, a one-time code that is valid for 60 seconds; without it the response has the tokens. For a request to link an identity the browser continues with `?linked=`, or the response has the identity. `VALIDATION_ERROR`: start the sign-in again. `FORBIDDEN`: the user cancelled at the provider. `CONFLICT`: the provider has not verified the address, or the identity is linked to another account.";

/** The part of a sign-in at a provider that takes place in the browser. */
export function socialLoginRoutes({ kit, cookie, platform, providers }: SocialLoginParts) {
  const social = createSocialLogin(platform, providers);
  const bindingCookie = createBindingCookie(platform.settings);
  const failsWith = [
    "NOT_FOUND",
    "FORBIDDEN",
    "REAUTHENTICATION_REQUIRED",
    ...accountFailures,
  ] as const;
  const response = { 200: successSchema(callbackSchema), 302: Type.Void() };

  /** Finishes a sign-in, and gives the `data` of the response; undefined for a redirect. */
  async function callback(ctx: Context, { request, set, ...sent }: CallbackRequest) {
    const outcome = await finishOrReturn(ctx, social, {
      ...sent,
      browser: browserOf(request, bindingCookie),
    });
    switch (outcome.kind) {
      case "redirect":
        return redirect(set, outcome.location);
      case "tokens":
        return success(cookie.deliver(set.headers, outcome.tokens), ctx.clock.now());
      case "linked":
        return success(linkedData(outcome), ctx.clock.now());
    }
  }

  return new Elysia({ prefix: "/api/v1/auth/oauth" })
    .use(kit)
    .get(
      "/:provider",
      async ({ ctx, params, request, set }) => {
        refuseHead(request);
        const browser = browserOf(request, bindingCookie);
        const input = { provider: params.provider, parameters: readQuery(request), browser };
        const { location, binding } = await start(ctx, social, input);
        set.headers["set-cookie"] = bindingCookie.store(binding.value, binding.mode);
        redirect(set, location);
      },
      {
        anyone: true,
        params: providerParams,
        query: startQuery,
        failsWith: ["NOT_FOUND", "FORBIDDEN", "METHOD_NOT_ALLOWED"],
        response: { 302: Type.Void() },
        detail: {
          operationId: "startSocialLogin",
          tags,
          summary: "Start a sign-in at a provider",
          description:
            "Open this address in the user's browser. It redirects to the provider, which returns to the callback. With `redirect_uri` (one of `REDIRECT_URIS`, compared exactly) the browser then continues there with a one-time code. Nothing is stored; a cookie binds the sign-in to the browser for ten minutes. HEAD is refused.",
        },
      },
    )
    .get(
      "/:provider/callback",
      async ({ ctx, params, request, set }) => {
        refuseHead(request);
        return callback(ctx, {
          provider: params.provider,
          parameters: () => readQuery(request),
          request,
          set,
        });
      },
      {
        anyone: true,
        params: providerParams,
        failsWith: [...failsWith, "METHOD_NOT_ALLOWED"],
        response,
        detail: {
          operationId: "finishSocialLogin",
          tags,
          summary: "Finish a sign-in at a provider",
          description: `${callbackDescription} The protocol requires that this GET changes state (RFC 6749 §4.1.2); the \`state\` works once, in one browser, and HEAD is refused.`,
          parameters: callbackParameters,
        },
      },
    )
    .post(
      "/:provider/callback",
      ({ ctx, params, body, request, set }) =>
        callback(ctx, { provider: params.provider, parameters: () => body, request, set }),
      {
        anyone: true,
        accepts: "form",
        params: providerParams,
        body: callbackBody,
        failsWith,
        response,
        detail: {
          operationId: "finishSocialLoginByForm",
          tags,
          summary: "Finish a sign-in at a provider that posts a form",
          description: `${callbackDescription} For providers that return with \`response_mode=form_post\`, such as Apple.`,
        },
      },
    );
}

/** A request to the callback, as the handlers receive it. */
interface CallbackRequest {
  readonly provider: string;
  readonly parameters: () => Readonly<Record<string, string>>;
  readonly request: Request;
  readonly set: ResponseSettings;
}

interface ResponseSettings {
  status?: number | string;
  readonly headers: ResponseHeaders;
}

function redirect(set: ResponseSettings, location: string): void {
  set.status = 302;
  set.headers["location"] = location;
}

function linkedData({ identity }: CallbackOutcome & { readonly kind: "linked" }) {
  return { message: "The identity is linked to your account.", identity: viewIdentity(identity) };
}
