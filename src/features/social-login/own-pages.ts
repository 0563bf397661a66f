import type { Settings } from "../../platform/config/settings.ts";

type PublicUrl = Pick<Settings, "publicUrl">;

/** The page of ours to which a sign-in that began on our sign-in page returns. */
export function signInPageUrl({ publicUrl }: PublicUrl, provider: string): string {
  return `${publicUrl}/sign-in/provider/${provider}/done`;
}

/** Whether an address is that page, or the page of the user's own account. */
export function isOwnPage(settings: PublicUrl, provider: string, uri: string): boolean {
  return uri === signInPageUrl(settings, provider) || uri === `${settings.publicUrl}/account`;
}

/** The page of ours that asks before an identity is linked, for this link ticket. */
export function confirmLinkUrl({ publicUrl }: PublicUrl, ticket: string): string {
  return `${publicUrl}/account/providers/confirm?ticket=${encodeURIComponent(ticket)}`;
}
