import type { Settings } from "../../platform/config/settings.ts";
import type { Logger } from "../../platform/log/port.ts";

/** Reads the origin of each request. */
export type OriginNotice = (request: Request) => void;

/** A development installation is called from few origins. Scripts could send any number of them. */
const maximumOrigins = 100;

/**
 * In development, one log line for each origin whose pages call the API and whose browsers are refused the response, with the
 * value of `ALLOWED_ORIGINS` that allows it. Null in other environments.
 */
export function createOriginNotice(
  settings: Pick<Settings, "environment" | "publicUrl" | "allowedOrigins">,
  log: Pick<Logger, "warn">,
): OriginNotice | null {
  if (settings.environment !== "development") return null;
  const known = new Set([...settings.allowedOrigins, new URL(settings.publicUrl).origin]);
  const noticed = new Set<string>();
  return ({ url, headers }) => {
    const origin = headers.get("origin");
    if (origin === null || known.has(origin) || noticed.has(origin)) return;
    if (noticed.size === maximumOrigins || !isOriginOfPages(origin) || isOwn(origin, url)) return;
    noticed.add(origin);
    const value = [...settings.allowedOrigins, origin].join(",");
    log.warn(
      { origin },
      `Browsers refuse pages of ${origin} the responses of this API. To allow them, set ALLOWED_ORIGINS=${value}`,
    );
  };
}

/** Not `null`, and nothing that a URL parser would change. */
function isOriginOfPages(origin: string): boolean {
  return /^https?:/.test(origin) && URL.canParse(origin) && new URL(origin).origin === origin;
}

/** The page may have been opened at another address of this service than PUBLIC_URL. */
function isOwn(origin: string, url: string): boolean {
  return URL.canParse(url) && new URL(url).host === new URL(origin).host;
}
