import { pageAddress } from "../address-kinds.ts";
import { boolean, duration, integer } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** How a user proves to own a mail address. */
export const verification = {
  title: "Verification",
  introduction:
    "How a user proves to own a mail address: a mail holds a link and a code, and either will do.",
  settings: {
    REQUIRE_EMAIL_VERIFICATION: {
      kind: boolean,
      default: "true",
      description: "Whether a user must verify the mail address before signing in.",
    },
    VERIFY_EMAIL_TTL: {
      kind: duration("1s", "24h"),
      default: "24h",
      description: "How long the link of a verification mail works.",
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
  },
} satisfies SettingGroup;
