import { boolean, choices, integer } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** Which passwords are accepted, and how they are hashed. */
export const passwords = {
  title: "Passwords",
  introduction:
    "Which passwords are accepted, and how they are hashed. Common passwords are always refused.",
  settings: {
    BCRYPT_COST: {
      kind: integer(4, 15),
      default: "12",
      description:
        "The cost of bcrypt. Each step doubles the time of a password check. Values below 10 are accepted only with `ENVIRONMENT=test`.",
    },
    PASSWORD_MIN_LENGTH: {
      kind: integer(8, 64),
      default: "8",
      description: "The minimum number of characters in a password.",
    },
    PASSWORD_REQUIRE: {
      kind: choices("upper", "lower", "digit", "symbol"),
      default: "upper,digit,symbol",
      description:
        "The kinds of characters that a password must contain. An empty value means none.",
      mayBeEmpty: true,
    },
    PASSWORD_HIBP: {
      kind: boolean,
      default: "false",
      description:
        "Whether a new password is refused that is known from breaches of other services. It sends the first five digits of the password's SHA-1 digest to api.pwnedpasswords.com (Have I Been Pwned). If there is no response within 2 seconds, the password is accepted, and a warning is logged: `gatehouse doctor` tells whether it responds. Proxies of the environment (`HTTPS_PROXY`) are not used.",
    },
    LOGIN_QUEUE: {
      kind: integer(1, 10_000),
      default: "64",
      description:
        "How many passwords may wait to be checked or hashed. When it is full, a source with fewer of them displaces one of the source with the most; other responses are 503. `docs/limits.md` describes the queue.",
    },
  },
} satisfies SettingGroup;
