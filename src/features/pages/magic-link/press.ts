import { findAppError } from "../../../kernel/errors.ts";
import type { Context } from "../../../platform/platform.ts";
import { signInByCode, signInByLink } from "../../magic-links/index.ts";
import type { TokenResponse } from "../../tokens/index.ts";
import { type LinkFault, linkFaultOf, unlessAway } from "../press-button.ts";

/** What "Sign in" below a link came to. */
export function pressSignIn(
  ctx: Context,
  token: string,
): Promise<TokenResponse | "away" | LinkFault> {
  return unlessAway(ctx, async () => {
    try {
      return await signInByLink(ctx, token);
    } catch (error) {
      const fault = linkFaultOf(error);
      if (fault === null) throw error;
      return fault;
    }
  });
}

/** What "Sign in" below a code came to. People write it with a space in its middle, or in full-width digits. */
export function pressEnterCode(
  ctx: Context,
  entered: { readonly email: string; readonly code: string },
): Promise<TokenResponse | "away" | "address" | "code"> {
  const { email } = entered;
  const code = entered.code.normalize("NFKC").replaceAll(/\s/g, "");
  // What is not a code at all is a slip, and does not count as a guess.
  if (!/^[0-9]{6}$/.test(code)) return Promise.resolve("code");
  return unlessAway(ctx, async () => {
    try {
      return await signInByCode(ctx, { email, code });
    } catch (error) {
      const { code: errorCode } = findAppError(error) ?? {};
      if (errorCode === "INVALID_EMAIL") return "address";
      if (errorCode === "INVALID_CODE") return "code";
      throw error;
    }
  });
}
