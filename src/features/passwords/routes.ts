import type { Static } from "@sinclair/typebox";
import { Elysia } from "elysia";

import { AppError } from "../../kernel/errors.ts";
import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RefreshCookie } from "../../platform/http/refresh-cookie.ts";
import type { RouteKit } from "../../platform/http/route-kit.ts";
import { tokenResponseSchema } from "../tokens/index.ts";
import { type UserIdentifier } from "./queries.ts";
import { canonicalEmail } from "../users/index.ts";
import { logIn } from "./log-in.ts";
import { logInBody, registerBody, registeredSchema } from "./model.ts";
import { register } from "./register.ts";

const tags = ["Sign-up and sign-in"];

/** Accounts with a password: made, and signed in to. */
export function passwordsRoutes(kit: RouteKit, cookie: RefreshCookie) {
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
        body: registerBody,
        response: { 201: successSchema(registeredSchema) },
        detail: {
          operationId: "register",
          tags,
          summary: "Make an account",
          description:
            "Mails a link and a code to verify the address. With `REQUIRE_EMAIL_VERIFICATION=false` the answer holds tokens as well. With `CONCEAL_ACCOUNTS` a taken address is answered like a free one, and its owner gets a mail; the username is given when the address is verified, if nobody has it then.",
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
        response: {
          200: successSchema(tokenResponseSchema),
        },
        detail: {
          operationId: "logIn",
          tags,
          summary: "Sign in with a password",
          description:
            "An unknown account and a wrong password are answered alike. `EMAIL_NOT_VERIFIED` is answered only when the password was right.",
        },
      },
    );
}

function identifierOf({ email, username }: Static<typeof logInBody>): UserIdentifier {
  if (email !== undefined && username === undefined) return { email: canonicalEmail(email) };
  if (username !== undefined && email === undefined) return { username };
  const issue = "Send either `email` or `username`.";
  throw new AppError("VALIDATION_ERROR", issue, { faults: [{ field: "email", issue }] });
}
