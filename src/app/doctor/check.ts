import type { Provider } from "../../features/social-login/index.ts";
import type { SettingName } from "../../platform/config/settings.ts";
import type { SmtpOptions } from "../../platform/mail/smtp.ts";
import type { RunningPlatform } from "../create-platform.ts";
import type { Finding } from "./finding.ts";

/** The TXT records of a name, each in its parts (RFC 1035 §3.3.14). Rejects with a code of `node:dns`. */
export type ResolveText = (name: string) => Promise<readonly (readonly string[])[]>;

/** What the checks examine. The database of the platform is not open. */
export interface Installation {
  readonly platform: RunningPlatform;
  readonly providers: ReadonlyMap<string, Provider>;
  /** How mails are sent; null where not by SMTP. */
  readonly smtp: SmtpOptions | null;
  readonly resolveText: ResolveText;
}

/** One check, or a few that depend on each other. */
export interface Check {
  /** The name of its finding if it has no result in time. */
  readonly name: string;
  /** Settings that it cannot do without: it is skipped while one of them is not valid. */
  readonly needs: readonly SettingName[];
  readonly timeoutSeconds: number;
  run(installation: Installation): Promise<readonly Finding[]>;
}
