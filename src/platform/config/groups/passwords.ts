import { choices, integer } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** Which passwords are accepted, and how they are hashed. */
export const passwords = {
  title: "Passwords",
  introduction:
    "Which passwords are accepted, and how they are hashed. Well-known passwords are always refused.",
  settings: {
    BCRYPT_COST: {
      kind: integer(4, 15),
      default: "12",
      description:
        "The cost of bcrypt: each step doubles the time of a sign-in. Below 10 in `test` only.",
    },
    PASSWORD_MIN_LENGTH: {
      kind: integer(8, 64),
      default: "8",
      description: "The fewest characters of a password.",
    },
    PASSWORD_REQUIRE: {
      kind: choices("upper", "lower", "digit", "symbol"),
      default: "upper,digit,symbol",
      description: "The kinds of characters that a password must have. Set but empty means none.",
      mayBeEmpty: true,
    },
    LOGIN_QUEUE: {
      kind: integer(1, 10_000),
      default: "64",
      description:
        "How many sign-ins may wait for a password check before further ones are answered 503.",
    },
  },
} satisfies SettingGroup;
