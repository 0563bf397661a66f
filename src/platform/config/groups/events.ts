import { boolean } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** What events say. */
export const events = {
  title: "Events",
  introduction: "What events say to the systems that listen to them.",
  settings: {
    EVENTS_INCLUDE_TOKENS: {
      kind: boolean,
      default: "true",
      description:
        "Whether `user.registered` carries the verification token, for a system that sends its own mails.",
    },
  },
} satisfies SettingGroup;
