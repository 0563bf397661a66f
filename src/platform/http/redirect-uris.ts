import type { Settings } from "../config/settings.ts";

/** An http URI on this machine: its host, its port, and what follows. */
const loopback =
  /^(http:\/\/(?:127\.0\.0\.1|\[::1\]|localhost))(?::([1-9]\d{0,4}))?((?:[/?].*)?)$/s;

/**
 * Whether a sign-in may lead back to a URI: it is one of `REDIRECT_URIS`, character by character. For http on this machine
 * the port may differ, because a native app listens on any free port (RFC 8252 §7.3).
 */
export function isAllowedRedirect(
  { redirectUris }: Pick<Settings, "redirectUris">,
  uri: string,
): boolean {
  if (redirectUris.includes(uri)) return true;
  const withoutPort = removeLoopbackPort(uri);
  return (
    withoutPort !== null &&
    redirectUris.some((registered) => removeLoopbackPort(registered) === withoutPort)
  );
}

function removeLoopbackPort(uri: string): string | null {
  const [, origin = "", port = "", rest = ""] = loopback.exec(uri) ?? [];
  return origin === "" || Number(port) > 65_535 ? null : `${origin}${rest}`;
}
