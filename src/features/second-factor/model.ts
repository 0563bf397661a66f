import { type Static, Type } from "@sinclair/typebox";

import { AppError } from "../../kernel/errors.ts";
import { messageSchema } from "../../platform/http/envelope.ts";
import { idSchema, passwordSchema, textSchema } from "../../platform/http/text-schema.ts";
import type { SentFactor, TrustedDeviceRecord } from "../mfa/index.ts";
import { assertionSchema } from "../passkeys/index.ts";
import type { SentProof } from "./reauthenticate.ts";

const codeSchema = Type.String({
  pattern: "^[0-9]{6}$",
  description: "The code that the authenticator app shows.",
  examples: ["123456"],
});

const recoveryCodeSchema = textSchema({
  description: "A recovery code, in place of `code`; case and hyphens make no difference.",
  minLength: 1,
  maxLength: 64,
  examples: ["GEZD-GNBV-GY3T-QOJQ"],
});

const ownPassword = Type.Optional(
  passwordSchema(
    "Required if the account has a password. An account without one needs a sign-in or reauthentication of the last hour.",
  ),
);

/** Body of `POST /auth/2fa/setup`. */
export const setUpBody = Type.Object({ password: ownPassword }, { additionalProperties: false });

/** `data` of a begun enrolment. */
export const setUpSchema = Type.Object({
  secret: Type.String({ description: "In base32, for an app that cannot read the QR code." }),
  otpauth_url: Type.String({ description: "What the QR code contains." }),
  qr_svg: Type.String({ description: "The QR code as an SVG image." }),
});

/** Body of `POST /auth/2fa/enable`. */
export const enableBody = Type.Object({ code: codeSchema }, { additionalProperties: false });

/** `data` with new recovery codes. */
export const recoveryCodesSchema = Type.Object({
  recovery_codes: Type.Array(Type.String(), {
    description: "Each replaces a code of the app once. They are not shown again.",
  }),
});

const sentFactor = {
  code: Type.Optional(codeSchema),
  recovery_code: Type.Optional(recoveryCodeSchema),
};

/** Body of `POST /auth/2fa/verify`. */
export const verifyBody = Type.Object(
  {
    mfa_token: Type.String({
      minLength: 1,
      description: "From the details of `MFA_REQUIRED`; of the body of `mfa_required`.",
      examples: ["YOUR_MFA_TOKEN"],
    }),
    ...sentFactor,
    remember_device: Type.Optional(
      Type.Boolean({
        description:
          "Whether sign-ins on this device need no second factor for 30 days. Default: false.",
      }),
    ),
  },
  {
    additionalProperties: false,
    description: "Either `code` or `recovery_code`.",
    examples: [{ mfa_token: "YOUR_MFA_TOKEN", code: "123456" }],
  },
);

/** Body of `POST /auth/2fa/disable`. */
export const disableBody = Type.Object(
  { password: ownPassword, ...sentFactor },
  {
    additionalProperties: false,
    description: "Either `code` or `recovery_code`.",
    examples: [{ password: "SecurePassword123!", code: "123456" }],
  },
);

/** Body of `POST /auth/2fa/recovery-codes`. */
export const replaceCodesBody = Type.Object(
  { password: ownPassword, code: codeSchema },
  { additionalProperties: false },
);

/** Body of `POST /auth/reauthenticate`. */
export const reauthenticateBody = Type.Object(
  {
    password: Type.Optional(passwordSchema("The user's password.")),
    code: Type.Optional(codeSchema),
    passkey: Type.Optional(assertionSchema),
  },
  {
    additionalProperties: false,
    description: "One of `password`, `code` and `passkey`.",
    examples: [{ password: "SecurePassword123!" }],
  },
);

/** `data` of a response with a message only. */
export const toldSchema = Type.Object({ message: messageSchema });

/** A trusted device in responses. */
export const trustedDeviceSchema = Type.Object(
  {
    id: Type.String({ format: "uuid" }),
    user_agent: Type.Union([Type.String(), Type.Null()]),
    created_at: Type.String({ format: "date-time" }),
    expires_at: Type.String({ format: "date-time" }),
  },
  {
    $id: "TrustedDevice",
    description: "A device on which the user signs in without the second factor.",
  },
);

/** The path of one trusted device. */
export const deviceParams = Type.Object({
  id: idSchema("The device's id, from `GET /api/v1/users/me/trusted-devices`."),
});

/** The wire form of a trusted device. */
export function viewTrustedDevice(device: TrustedDeviceRecord): Static<typeof trustedDeviceSchema> {
  return {
    id: device.id,
    user_agent: device.userAgent,
    created_at: device.createdAt.toISOString(),
    expires_at: device.expiresAt.toISOString(),
  };
}

/** The second factor of a body. Throws `VALIDATION_ERROR` unless there is exactly one. */
export function sentFactorOf(body: {
  readonly code?: string;
  readonly recovery_code?: string;
}): SentFactor {
  const { code, recovery_code: recoveryCode } = body;
  if (code !== undefined && recoveryCode === undefined) return { code };
  if (recoveryCode !== undefined && code === undefined) return { recoveryCode };
  throw notOne("code", "Send either `code` or `recovery_code`.");
}

/** The proof of a body. Throws `VALIDATION_ERROR` unless there is exactly one. */
export function sentProofOf(body: Static<typeof reauthenticateBody>): SentProof {
  const { password, code, passkey } = body;
  const [proof, ...others] = [
    ...(password === undefined ? [] : [{ password }]),
    ...(code === undefined ? [] : [{ code }]),
    ...(passkey === undefined ? [] : [{ passkey }]),
  ];
  if (proof && others.length === 0) return proof;
  throw notOne("password", "Send one of `password`, `code` and `passkey`.");
}

function notOne(field: string, issue: string): AppError {
  return new AppError("VALIDATION_ERROR", issue, { faults: [{ field, issue }] });
}
