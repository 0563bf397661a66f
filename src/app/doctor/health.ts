import type { HttpClient } from "../../platform/http-client/port.ts";

/** The state of a server, as its health route says it. */
export interface Health {
  readonly status: number;
  /** A version number, and nothing else that was received. */
  readonly version: string;
}

/** Asks a health route. Null without a response, or with one that is not of this service. */
export async function readHealth(client: HttpClient, url: string): Promise<Health | null> {
  try {
    const { status, body } = await client.send({ url, method: "GET", mayBePrivate: true });
    const version = versionIn(JSON.parse(body));
    return version === null ? null : { status, version };
  } catch {
    return null;
  }
}

function versionIn(health: unknown): string | null {
  if (typeof health !== "object" || health === null) return null;
  const { service, version } = { service: null, version: null, ...health };
  const isOurs = typeof service === "string" && typeof version === "string";
  return isOurs && /^[\w.+-]{1,40}$/.test(version) ? version : null;
}
