import type { Settings } from "../../../platform/config/settings.ts";
import { findReturnTarget } from "../../../platform/http/return-target.ts";
import { hiddenField } from "./forms.ts";
import { redirectTargets } from "./redirect-targets.ts";

/** The address of `return_to` of a query or a form, or null if a sign-in may not lead there. */
export function returnToOf(settings: Settings, sent: unknown): string | null {
  return typeof sent === "string" ? findReturnTarget(settings, sent) : null;
}

/** The hidden field that keeps the address from form to form; "" without one. */
export function returnField(returnTo: string | null): string {
  return returnTo === null ? "" : hiddenField("return_to", returnTo);
}

/** A path of ours with the address in its query. */
export function withReturnTo(path: string, returnTo: string | null): string {
  return returnTo === null ? path : `${path}?return_to=${encodeURIComponent(returnTo)}`;
}

/** Where a browser continues after a sign-in: the address, else the application of `APP_URL`, else the user's account. */
export function targetOf({ publicUrl, appUrl }: Settings, returnTo: string | null): string {
  return returnTo ?? appUrl ?? `${publicUrl}/account`;
}

/**
 * The other origins at which a form that signs in may end, for the policy of its page. An authorization request leads on to its
 * client.
 */
export function formTargetsOf(settings: Settings, returnTo: string | null): readonly string[] {
  const { origin, pathname, searchParams } = new URL(targetOf(settings, returnTo));
  if (origin !== new URL(settings.publicUrl).origin) return [origin];
  return pathname === "/oauth/authorize" ? redirectTargets(searchParams.get("redirect_uri")) : [];
}
