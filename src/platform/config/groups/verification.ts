import { pageAddress } from "../address-kinds.ts";
import { boolean, duration, durations, integer } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** How users prove that they own an email address, and how long links and codes are valid. */
export const verification = {
  title: "Verification and recovery",
  introduction:
    "How users prove that they own an email address. A mail contains a link and, to verify or to sign in, also a code. Either can be used.",
  settings: {
    REQUIRE_EMAIL_VERIFICATION: {
      kind: boolean,
      default: "true",
      description: "Whether users must verify their email address before they sign in.",
    },
    CONCEAL_ACCOUNTS: {
      kind: boolean,
      default: "false",
      description:
        "Whether to conceal which email addresses have an account. The response to a registration is then the same for an address that has one, and its owner gets a mail. A username is assigned when the address is verified, if no other user has it by then. A sign-in before that gets the same response as a wrong password.",
    },
    VERIFY_EMAIL_TTL: {
      kind: duration("1s", "24h"),
      default: "24h",
      description:
        "How long the link in a verification mail is valid, and the link in a mail that confirms a new address.",
    },
    VERIFY_REMINDERS: {
      kind: durations("1s", "90d", 10),
      default: "24h,72h",
      mayBeEmpty: true,
      description:
        "How long after registration users are reminded to verify their email address. Each reminder is sent once. An empty value means no reminders.",
    },
    UNVERIFIED_RETENTION: {
      kind: duration("1d", "36500d"),
      default: "30d",
      description:
        "How long an account is kept whose email address is never verified and that is not used. Its address and username are free afterwards.",
    },
    MAGIC_LINK_TTL: {
      kind: duration("1s", "15m"),
      default: "10m",
      description: "How long the link in a sign-in mail is valid.",
    },
    PASSWORD_RESET_TTL: {
      kind: duration("1s", "24h"),
      default: "30m",
      description: "How long the link in a password reset mail is valid.",
    },
    OTP_TTL: {
      kind: duration("1s", "10m"),
      default: "10m",
      description: "How long the code in a mail is valid.",
    },
    OTP_MAX_ATTEMPTS: {
      kind: integer(1, 10),
      default: "5",
      description: "How many wrong attempts make a code invalid. At most 5 in production.",
    },
    LINK_VERIFY_EMAIL: {
      kind: pageAddress,
      default: null,
      description:
        "A page of your own for the link in a verification mail. `?token=` is appended to it, and the page posts the token to `/api/v1/auth/verify-email`. When unset, the built-in page is used.",
      example: "https://app.example.com/verify-email",
    },
    LINK_MAGIC_LINK: {
      kind: pageAddress,
      default: null,
      description:
        "The same for the link in a sign-in mail. The page posts the token to `/api/v1/auth/magic-link/verify`.",
      example: "https://app.example.com/magic-link",
    },
    LINK_RESET_PASSWORD: {
      kind: pageAddress,
      default: null,
      description:
        "The same for the link in a password reset mail. The page posts the token and the new password to `/api/v1/auth/password/reset-confirm`.",
      example: "https://app.example.com/reset-password",
    },
    LINK_CHANGE_EMAIL: {
      kind: pageAddress,
      default: null,
      description:
        "The same for the link that confirms a new email address. The page posts the token to `/api/v1/auth/email/change-confirm`.",
      example: "https://app.example.com/change-email",
    },
  },
} satisfies SettingGroup;
