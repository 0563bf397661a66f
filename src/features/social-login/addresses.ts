import type { Settings } from "../../platform/config/settings.ts";

/** The address at which a browser starts a sign-in at a provider. */
export function startUrl({ publicUrl }: Settings, provider: string): string {
  return `${publicUrl}/api/v1/auth/oauth/${provider}`;
}

/** The address to which a provider returns: the `redirect_uri` that is registered there. */
export function callbackUrl(settings: Settings, provider: string): string {
  return `${startUrl(settings, provider)}/callback`;
}

/** An application's address with these parameters; its own query stays as it is (RFC 6749 §3.1.2). */
export function withParameters(
  uri: string,
  parameters: Readonly<Record<string, string | undefined>>,
): string {
  const given = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(value)}`],
  );
  const separator = uri.includes("?") ? "&" : "?";
  return `${uri}${/[?&]$/.test(uri) ? "" : separator}${given.join("&")}`;
}
