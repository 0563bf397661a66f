import { duration } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** What is kept of what happened. */
export const audit = {
  title: "Audit log",
  introduction: "What is kept of what happened.",
  settings: {
    AUDIT_RETENTION: {
      kind: duration("1d", "36500d"),
      default: "365d",
      description:
        "How long rows of the audit log are kept; what is older is deleted within an hour or so, while a server runs.",
    },
  },
} satisfies SettingGroup;
