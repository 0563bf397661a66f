import { createHash } from "node:crypto";

import { describeError } from "../../platform/db/errors.ts";
import type { HttpClient } from "../../platform/http-client/port.ts";
import type { Context } from "../../platform/platform.ts";
import { normalizePassword } from "./policy.ts";

/** Have I Been Pwned, Pwned Passwords API v3: all digests with a beginning of five hexadecimal digits. */
const rangeUrl = "https://api.pwnedpasswords.com/range/";
const prefixLength = 5;
const timeoutSeconds = 2;
/** A response has about 1,500 lines of 45 bytes, and grows with the list. */
const maximumBytes = 262_144;

/**
 * Whether a new password is known from breaches of other services (NIST SP 800-63B §3.1.1.2); always false unless `PASSWORD_HIBP`
 * is on. Only a part of its digest is sent. Without a response it is accepted, and the log says so: no user waits for another service.
 */
export async function isBreached(ctx: Context, password: string): Promise<boolean> {
  if (!ctx.settings.passwordHibp) return false;
  const digest = createHash("sha1").update(normalizePassword(password)).digest("hex").toUpperCase();
  try {
    return hasSuffix(
      await readBreachedRange(ctx.httpClient, digest.slice(0, prefixLength)),
      digest.slice(prefixLength),
    );
  } catch (error) {
    ctx.log.warn(describeError(error), "a new password was not compared with breached ones");
    return false;
  }
}

/**
 * The rest of each digest with this beginning, with its count. It is padded with entries whose count is 0, so that its length does
 * not tell which range it is. Throws `OutboundError`, and an error for another status than 200.
 */
export async function readBreachedRange(httpClient: HttpClient, prefix: string): Promise<string> {
  const { status, body } = await httpClient.send({
    url: `${rangeUrl}${prefix}`,
    method: "GET",
    headers: { "add-padding": "true" },
    timeoutSeconds,
    maximumBytes,
    keepsConnection: true,
  });
  if (status !== 200) throw new Error(`the list of breached passwords responded ${status}`);
  return body;
}

function hasSuffix(range: string, suffix: string): boolean {
  const line = range.split(/\r?\n/).find((each) => each.startsWith(`${suffix}:`));
  return line !== undefined && Number(line.slice(suffix.length + 1)) > 0;
}
