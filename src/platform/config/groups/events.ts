import { boolean } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** What events contain. */
export const events = {
  title: "Events",
  introduction: "What events for other systems contain.",
  settings: {
    EVENTS_INCLUDE_TOKENS: {
      kind: boolean,
      default: "true",
      description:
        "Whether `user.registered` contains the verification token, for a system that sends its own mails.",
    },
  },
} satisfies SettingGroup;
