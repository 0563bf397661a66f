import { clientSource } from "../../platform/http/client-source.ts";
import type { Context } from "../../platform/platform.ts";

/** The client address of a request as limits count it. A request without an address shares one count with all others. */
export function addressSource({ origin }: Context): string {
  return origin.ipAddress === null ? "unknown" : clientSource(origin.ipAddress);
}
