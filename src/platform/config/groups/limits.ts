import { boolean, duration, integer } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** How often an action may be attempted. */
export const limits = {
  title: "Limits",
  introduction: "How often an action may be attempted. docs/limits.md lists the limits.",
  settings: {
    RATE_LIMITS_ENABLED: {
      kind: boolean,
      default: "true",
      description:
        "Whether requests are limited by address, account and session. The limit on wrong passwords in a row (`LOCKOUT_THRESHOLD`) is always in force.",
    },
    LOCKOUT_THRESHOLD: {
      kind: integer(1, 100),
      default: "10",
      description:
        "How many wrong passwords in a row for an account are followed by a pause. During the pause the right password is refused like a wrong one, except from devices that have signed in before.",
    },
    LOCKOUT_WINDOW: {
      kind: duration("1s", "1d"),
      default: "15m",
      description:
        "How long the pause after `LOCKOUT_THRESHOLD` wrong passwords is. Each further wrong password doubles it, up to one day.",
    },
  },
} satisfies SettingGroup;
