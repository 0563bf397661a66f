import { sourceOfAddress } from "../../platform/http/client-address.ts";
import type { Context } from "../../platform/platform.ts";

/** The client address of a request as limits count it. A request without an address shares one count with all others. */
export function addressSource({ origin }: Context): string {
  return sourceOfAddress(origin.ipAddress);
}
