import { Type } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { logIn, parseIdentifier } from "../../passwords/index.ts";
import { formBody, readerOf } from "../kit/page-request.ts";
import { returnToOf, targetOf } from "../kit/return-to.ts";
import { seeOther } from "../kit/see-other.ts";
import type { SignInParts } from "./parts.ts";
import { signInPath } from "./paths.ts";
import { signInOffer, signInStep } from "./sign-in-page.ts";
import { signInTexts } from "./sign-in-texts.ts";
import { showStep, submitSignIn } from "./submit-sign-in.ts";

const signInQuery = Type.Object(
  {
    return_to: Type.Optional(Type.Unknown()),
    prompt: Type.Optional(Type.Unknown()),
    login_hint: Type.Optional(Type.Unknown()),
  },
  { additionalProperties: true },
);

/** The routes of the page that signs in, and of its form for a password. */
export function signInRoutes({ kit, platform, cookie, social }: SignInParts) {
  const { settings } = platform;
  const offer = signInOffer(platform, social);
  return new Elysia()
    .use(kit)
    .get(
      signInPath,
      ({ ctx, query, request, set }) => {
        const returnTo = returnToOf(settings, query.return_to);
        // `prompt=login`: the user is to sign in again (OpenID Connect Core §3.1.2.1).
        if (ctx.actor.kind === "user" && query.prompt !== "login") {
          return seeOther(set, targetOf(settings, returnTo));
        }
        const reader = readerOf(request, settings);
        return showStep(
          { ctx, set, reader, returnTo },
          200,
          signInStep(reader, offer, { returnTo, ...hinted(query.login_hint) }),
        );
      },
      { page: true, query: signInQuery },
    )
    .post(
      signInPath,
      ({ ctx, body, request, set }) => {
        const reader = readerOf(request, settings);
        const texts = signInTexts[reader.language];
        const returnTo = returnToOf(settings, body["return_to"]);
        const identifier = body["email"] ?? body["username"] ?? "";
        const step = { ctx, set, reader, cookie, at: signInPath, returnTo };
        return submitSignIn(step, {
          work: async () =>
            logIn(ctx, {
              identifier: parseIdentifier(identifier),
              password: body["password"] ?? "",
            }),
          expected: ["INVALID_CREDENTIALS", "INVALID_EMAIL", "VALIDATION_ERROR"],
          ...(identifier.includes("@") ? { email: identifier } : {}),
          again(error, reason) {
            const isWrong = error.code === "INVALID_CREDENTIALS";
            return signInStep(reader, offer, {
              returnTo,
              identifier,
              isFaulty: reason === null && !isWrong,
              alert: isWrong ? texts.wrong : reason,
            });
          },
        });
      },
      { page: "visitor", accepts: "form", body: formBody },
    );
}

/** What the field for the address has at first (OpenID Connect Core §3.1.2.1, `login_hint`). */
function hinted(hint: unknown): { readonly identifier?: string } {
  const isUsable = typeof hint === "string" && hint.length <= 254 && !/\p{Cc}/u.test(hint);
  return isUsable ? { identifier: hint } : {};
}
