import { duration } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** How long the audit log is kept. */
export const audit = {
  title: "Audit log",
  introduction: "How long the audit log is kept.",
  settings: {
    AUDIT_RETENTION: {
      kind: duration("1d", "36500d"),
      default: "365d",
      description:
        "How long rows of the audit log are kept. Older rows are deleted within about an hour, while a server runs.",
    },
  },
} satisfies SettingGroup;
