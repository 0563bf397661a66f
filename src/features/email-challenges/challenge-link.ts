import type { Settings } from "../../platform/config/settings.ts";
import type { Platform } from "../../platform/platform.ts";
import type { ChallengePurpose } from "./purposes.ts";

/** The operator's own page for each purpose, where there is one. */
const ownPages = {
  "verify-email": (settings) => settings.linkVerifyEmail,
  "magic-link": (settings) => settings.linkMagicLink,
  "reset-password": (settings) => settings.linkResetPassword,
  "change-email": (settings) => settings.linkChangeEmail,
} satisfies Record<ChallengePurpose, (settings: Settings) => string | null>;

/** The link to be mailed. It comes from the settings alone: what a request says of its host never enters a mail. */
export function challengeLink(ctx: Platform, purpose: ChallengePurpose, token: string): string {
  const page = new URL(ownPages[purpose](ctx.settings) ?? `${ctx.settings.publicUrl}/${purpose}`);
  page.searchParams.set("token", token);
  return page.href;
}
