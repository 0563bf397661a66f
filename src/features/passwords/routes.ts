import type { Static } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { AppError } from "../../kernel/errors.ts";
import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { tokenResponseSchema } from "../tokens/index.ts";
import { type UserIdentifier } from "./queries.ts";
import { canonicalEmail } from "../users/index.ts";
import { logIn, parseIdentifier } from "./log-in.ts";
import { logInBody, registerBody, registeredSchema, registerWithoutPasswordBody } from "./model.ts";
import { register } from "./register.ts";

const tags = ["Sign-up and sign-in"];

/** Registering and signing in with a password. */
export function passwordsRoutes({ kit, cookie, platform }: RouteParts) {
  const { passwordlessSignUp } = platform.settings;
  return new Elysia({ prefix: "/api/v1/auth" })
    .use(kit)
    .post(
      "/register",
      async ({ ctx, body, set }) => {
        const { userId, email, tokens } = await register(ctx, {
          email: body.email,
          password: body.password,
          passwordConfirmation: body.password_confirmation,
          username: body.username ?? null,
          name: body.name ?? null,
        });
        set.status = 201;
        const message = tokens
          ? "Registration successful."
          : "Registration successful. Please verify your email.";
        const delivered = tokens && cookie.deliver(set.headers, tokens);
        return success({ ...delivered, user_id: userId, email, message }, ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: passwordlessSignUp ? registerWithoutPasswordBody : registerBody,
        failsWith: [
          "REGISTRATION_CLOSED",
          "INVALID_EMAIL",
          "DUPLICATE_EMAIL",
          "DUPLICATE_USERNAME",
          "PASSWORD_MISMATCH",
          "WEAK_PASSWORD",
          "OVERLOADED",
        ],
        response: { 201: successSchema(registeredSchema) },
        detail: {
          operationId: "register",
          tags,
          summary: "Register",
          description:
            "Sends an e-mail with a link and a code that verify the address. With `REQUIRE_EMAIL_VERIFICATION=false` the response also contains tokens. With `PASSWORDLESS_SIGN_UP` the password may be left out; the response then never contains tokens, and the user signs in by `/auth/magic-link`, and can add a passkey. With `CONCEAL_ACCOUNTS` the response for a taken address is the same as for a free one, and the owner of the address gets an e-mail; the username is assigned when the address is verified, if it is still free. `REGISTRATION_CLOSED` unless `REGISTRATION=open`, and for an address in a domain that is not one of `ALLOWED_EMAIL_DOMAINS`. A username that is reserved for the operator is a `VALIDATION_ERROR`; one that looks like another user's, or was given up by another account within `USERNAME_QUARANTINE`, is a `DUPLICATE_USERNAME`.",
        },
      },
    )
    .post(
      "/login",
      async ({ ctx, body, set }) => {
        const tokens = await logIn(ctx, {
          identifier: identifierOf(body),
          password: body.password,
        });
        return success(cookie.deliver(set.headers, tokens), ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: logInBody,
        failsWith: [
          "INVALID_EMAIL",
          "INVALID_CREDENTIALS",
          "EMAIL_NOT_VERIFIED",
          "MFA_REQUIRED",
          "OVERLOADED",
        ],
        response: {
          200: successSchema(tokenResponseSchema),
        },
        detail: {
          operationId: "logIn",
          tags,
          summary: "Sign in",
          description:
            "The response is the same for an unknown account and for a wrong password. `EMAIL_NOT_VERIFIED` is returned only when the password was right, and so is `MFA_REQUIRED`, for a user with two-factor authentication: finish at `/auth/2fa/verify`.",
        },
      },
    );
}

function identifierOf({ email, username }: Static<typeof logInBody>): UserIdentifier {
  if (email !== undefined && username === undefined) return { email: canonicalEmail(email) };
  if (username !== undefined && email === undefined) return parseIdentifier(username);
  const issue = "Send either `email` or `username`.";
  throw new AppError("VALIDATION_ERROR", issue, { faults: [{ field: "email", issue }] });
}
