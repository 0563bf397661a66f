import { isLocalHost } from "../../../platform/config/address-kinds.ts";
import type { Settings } from "../../../platform/config/settings.ts";

/** The page that lists the mails that were written as files. */
export const mailboxPath = "/dev/mail";

/** The page of one mail. */
export function mailPath(id: string): string {
  return `${mailboxPath}/${id}`;
}

/** The directory of mails that are written as files. */
export function mailDirectoryOf({ dataDir }: Pick<Settings, "dataDir">): string {
  return `${dataDir}/mail`;
}

/** Whether the mailbox is served: it shows every mail, with links that sign in, to everyone who reaches the service. */
export function hasMailbox({
  environment,
  mailTransport,
}: Pick<Settings, "environment" | "mailTransport">): boolean {
  return mailTransport === "file" && environment !== "production";
}

/**
 * Whether a request names this service by a host of its own: an address, this machine, or that of `PUBLIC_URL`. A website whose
 * name an attacker points at this machine (DNS rebinding) could otherwise read the mails.
 */
export function isOwnHost({ url }: Request, { publicUrl }: Pick<Settings, "publicUrl">): boolean {
  if (!URL.canParse(url)) return false;
  const { hostname } = new URL(url);
  return isLocalHost(hostname) || isAddress(hostname) || hostname === new URL(publicUrl).hostname;
}

function isAddress(hostname: string): boolean {
  return hostname.startsWith("[") || /^\d+\.\d+\.\d+\.\d+$/.test(hostname);
}
