import { pageAddress } from "../address-kinds.ts";
import { boolean, duration, durations, integer } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** How a user proves to own a mail address, and what she may do with that proof. */
export const verification = {
  title: "Verification and recovery",
  introduction:
    "How a user proves to own a mail address: a mail holds a link and, to verify or to sign in, a code; either will do.",
  settings: {
    REQUIRE_EMAIL_VERIFICATION: {
      kind: boolean,
      default: "true",
      description: "Whether a user must verify the mail address before signing in.",
    },
    CONCEAL_ACCOUNTS: {
      kind: boolean,
      default: "false",
      description:
        "Whether to keep secret which mail addresses have an account: registering one that has is answered as always, and its owner gets a mail. A username is then given when the address is verified, if nobody has it by that time, and signing in before that is answered like a wrong password.",
    },
    VERIFY_EMAIL_TTL: {
      kind: duration("1s", "24h"),
      default: "24h",
      description:
        "How long the link of a verification mail works, and that of a mail to confirm another address.",
    },
    VERIFY_REMINDERS: {
      kind: durations("1s", "90d", 10),
      default: "24h,72h",
      mayBeEmpty: true,
      description:
        "How long after the registration to remind a user who has not verified the mail address. Each reminder is sent once; empty means none.",
    },
    MAGIC_LINK_TTL: {
      kind: duration("1s", "15m"),
      default: "10m",
      description: "How long the link of a sign-in mail works.",
    },
    PASSWORD_RESET_TTL: {
      kind: duration("1s", "24h"),
      default: "30m",
      description: "How long the link of a password reset mail works.",
    },
    OTP_TTL: {
      kind: duration("1s", "10m"),
      default: "10m",
      description: "How long the code of a mail works.",
    },
    OTP_MAX_ATTEMPTS: {
      kind: integer(1, 10),
      default: "5",
      description: "How many wrong guesses kill a code. At most 5 in production.",
    },
    LINK_VERIFY_EMAIL: {
      kind: pageAddress,
      default: null,
      description:
        "A page of your own for the link of a verification mail, which gets `?token=` appended and posts the token to `/api/v1/auth/verify-email`. Unset means the built-in page.",
      example: "https://app.example.com/verify-email",
    },
    LINK_MAGIC_LINK: {
      kind: pageAddress,
      default: null,
      description:
        "The same for the link of a sign-in mail; the page posts the token to `/api/v1/auth/magic-link/verify`.",
      example: "https://app.example.com/magic-link",
    },
    LINK_RESET_PASSWORD: {
      kind: pageAddress,
      default: null,
      description:
        "The same for the link of a password reset mail; the page posts the token and the new password to `/api/v1/auth/password/reset-confirm`.",
      example: "https://app.example.com/reset-password",
    },
    LINK_CHANGE_EMAIL: {
      kind: pageAddress,
      default: null,
      description:
        "The same for the link that confirms a new mail address; the page posts the token to `/api/v1/auth/email/change-confirm`.",
      example: "https://app.example.com/change-email",
    },
  },
} satisfies SettingGroup;
