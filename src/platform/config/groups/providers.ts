import { boolean } from "../kinds.ts";
import type { SettingGroup } from "../setting.ts";

/** Providers at which users sign in. */
export const providers = {
  title: "Social login",
  introduction: "Providers at which users sign in.",
  settings: {
    OAUTH_KEEP_TOKENS: {
      kind: boolean,
      default: "false",
      description:
        "Whether the tokens of providers are kept, encrypted, for the applications of the user. They are replaced at each sign-in.",
    },
  },
} satisfies SettingGroup;
