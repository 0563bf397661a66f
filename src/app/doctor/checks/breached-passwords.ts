import { readBreachedRange } from "../../../features/passwords/index.ts";
import type { Check } from "../check.ts";
import { ok, skip, warn } from "../finding.ts";

const name = "breached-passwords";
/** The beginning of many digests, and of no password that is asked about here. */
const anyRange = "00000";

/** Whether the list of breached passwords can be read. Without it new passwords are accepted. */
export const breachedPasswordsCheck: Check = {
  name,
  needs: ["PASSWORD_HIBP"],
  timeoutSeconds: 8,
  async run({ platform }) {
    if (!platform.settings.passwordHibp) return [skip(name, "PASSWORD_HIBP is false")];
    try {
      await readBreachedRange(platform.httpClient, anyRange);
      return [ok(name, "the list can be read")];
    } catch {
      const what = "api.pwnedpasswords.com does not respond, so new passwords are not compared";
      return [warn(name, what, "allow https to it from here: no proxy is used")];
    }
  },
};
