import { clientSource } from "../http/client-source.ts";
import type { Context } from "../platform.ts";
import type { Admission } from "./port.ts";

/** The source of commands and jobs. */
const ownSource = "service";

/**
 * Whose password work it is: by the client address, and by the signed-in user or else by `account`, the canonical address or
 * the username that the request names, whether or not it has an account.
 */
export function admissionOf(
  { actor, origin, signal }: Pick<Context, "actor" | "origin" | "signal">,
  account: string,
): Admission {
  return {
    source: origin.ipAddress === null ? ownSource : clientSource(origin.ipAddress),
    account: actor.kind === "user" ? actor.userId : account,
    signal,
  };
}
