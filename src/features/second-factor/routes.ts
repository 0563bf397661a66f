import { Elysia } from "elysia";

import { success, successSchema } from "../../platform/http/envelope.ts";
import type { RouteParts } from "../../platform/http/route-kit.ts";
import { tokenResponseSchema } from "../tokens/index.ts";
import { disable } from "./disable.ts";
import { enable } from "./enable.ts";
import {
  disableBody,
  enableBody,
  reauthenticateBody,
  recoveryCodesSchema,
  replaceCodesBody,
  sentFactorOf,
  sentProofOf,
  setUpBody,
  setUpSchema,
  toldSchema,
  verifyBody,
} from "./model.ts";
import { reauthenticate } from "./reauthenticate.ts";
import { replaceRecoveryCodes } from "./replace-recovery-codes.ts";
import { setUp } from "./set-up.ts";
import { verifySecondFactor } from "./verify.ts";

const tags = ["Second factor"];
const ownerErrors = ["INVALID_CREDENTIALS", "REAUTHENTICATION_REQUIRED", "OVERLOADED"] as const;

/** The second factor of the signed-in user, and the second step of a sign-in. */
export function secondFactorRoutes({ kit, cookie }: Pick<RouteParts, "kit" | "cookie">) {
  return new Elysia({ prefix: "/api/v1/auth" })
    .use(kit)
    .post(
      "/2fa/setup",
      async ({ ctx, body }) => {
        const { secret, otpauthUrl, qrSvg } = await setUp(ctx, body.password);
        return success({ secret, otpauth_url: otpauthUrl, qr_svg: qrSvg }, ctx.clock.now());
      },
      {
        signedIn: true,
        accepts: "json",
        body: setUpBody,
        failsWith: [...ownerErrors, "CONFLICT"],
        response: { 200: successSchema(setUpSchema) },
        detail: {
          operationId: "setUpSecondFactor",
          tags,
          summary: "Begin to turn two-factor authentication on",
          description:
            "Returns a secret for an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds), once. Sign-ins need no code until `/auth/2fa/enable`. A secret that was requested before and not confirmed is replaced. `CONFLICT` while two-factor authentication is on.",
        },
      },
    )
    .post(
      "/2fa/enable",
      async ({ ctx, body }) =>
        success({ recovery_codes: await enable(ctx, body.code) }, ctx.clock.now()),
      {
        signedIn: true,
        accepts: "json",
        body: enableBody,
        failsWith: ["INVALID_CODE", "CONFLICT"],
        response: { 200: successSchema(recoveryCodesSchema) },
        detail: {
          operationId: "enableSecondFactor",
          tags,
          summary: "Turn two-factor authentication on",
          description:
            "Takes a code of the app, and returns ten recovery codes, once. Ends every other session of the user. `CONFLICT` without `/auth/2fa/setup` before, and while two-factor authentication is on.",
        },
      },
    )
    .post(
      "/2fa/verify",
      async ({ ctx, body, set }) => {
        const tokens = await verifySecondFactor(ctx, {
          mfaToken: body.mfa_token,
          sent: sentFactorOf(body),
          isToTrustDevice: body.remember_device === true,
        });
        return success(cookie.deliver(set.headers, tokens), ctx.clock.now());
      },
      {
        anyone: true,
        accepts: "json",
        body: verifyBody,
        failsWith: ["INVALID_TOKEN", "INVALID_CODE", "EMAIL_NOT_VERIFIED"],
        response: { 200: successSchema(tokenResponseSchema) },
        detail: {
          operationId: "verifySecondFactor",
          tags,
          summary: "Finish a sign-in with the second factor",
          description:
            "Takes the `mfa_token` of `MFA_REQUIRED`, within five minutes, and a code of the app or a recovery code. A code works once. After a wrong code the `mfa_token` can be used again; after a success, and after a change of the password or e-mail address, it is an `INVALID_TOKEN`. With `remember_device` the response sets the cookie `gatehouse_trusted`: sign-ins that send it need no second factor for 30 days, until the user's password, e-mail address or second factor changes.",
        },
      },
    )
    .post(
      "/2fa/disable",
      async ({ ctx, body }) => {
        await disable(ctx, { password: body.password, sent: sentFactorOf(body) });
        return success({ message: "Two-factor authentication is off." }, ctx.clock.now());
      },
      {
        signedIn: true,
        accepts: "json",
        body: disableBody,
        failsWith: [...ownerErrors, "INVALID_CODE"],
        response: { 200: successSchema(toldSchema) },
        detail: {
          operationId: "disableSecondFactor",
          tags,
          summary: "Turn two-factor authentication off",
          description:
            "Takes the password if the account has one, and a code of the app or a recovery code. Deletes the secret, the recovery codes and the trusted devices, and ends every other session of the user.",
        },
      },
    )
    .post(
      "/2fa/recovery-codes",
      async ({ ctx, body }) =>
        success(
          {
            recovery_codes: await replaceRecoveryCodes(ctx, {
              password: body.password,
              code: body.code,
            }),
          },
          ctx.clock.now(),
        ),
      {
        signedIn: true,
        accepts: "json",
        body: replaceCodesBody,
        failsWith: [...ownerErrors, "INVALID_CODE"],
        response: { 200: successSchema(recoveryCodesSchema) },
        detail: {
          operationId: "replaceRecoveryCodes",
          tags,
          summary: "Replace the recovery codes",
          description:
            "Takes the password if the account has one, and a code of the app. The earlier recovery codes no longer work, and every other session of the user ends.",
        },
      },
    )
    .post(
      "/reauthenticate",
      async ({ ctx, body }) => {
        await reauthenticate(ctx, sentProofOf(body));
        return success({ message: "You have been reauthenticated." }, ctx.clock.now());
      },
      {
        signedIn: true,
        accepts: "json",
        body: reauthenticateBody,
        failsWith: ["INVALID_CREDENTIALS", "INVALID_CODE", "OVERLOADED"],
        response: { 200: successSchema(toldSchema) },
        detail: {
          operationId: "reauthenticate",
          tags,
          summary: "Prove again who the user is",
          description:
            "For an operation that responded `REAUTHENTICATION_REQUIRED`. Takes the password, a code of the app, or one of the user's passkeys (`challenge_id` and the JSON of the credential, from `/auth/passkeys/login/options`). With a code or a passkey, roles with `require_mfa` are effective in this session from now on. Tokens of a later refresh have the new `auth_time`, `acr` and `amr`.",
        },
      },
    );
}
