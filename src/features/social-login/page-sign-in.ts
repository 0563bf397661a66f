import { sha256 } from "../../kernel/bytes.ts";
import type { Context } from "../../platform/platform.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { startAgain } from "./errors.ts";
import { exchangeCode } from "./exchange-code.ts";
import { signInPageUrl } from "./own-pages.ts";
import { challengeOf } from "./pkce.ts";
import { type Browser, getProvider, type SocialLogin } from "./social-login.ts";
import { start, type Started } from "./start.ts";

/** A longer `state` makes an address that providers refuse. */
const longestReturnTo = 1024;

/**
 * Starts a sign-in at a provider that ends on our sign-in page, which gets `returnTo` back as `state` and checks it again. Throws
 * what `start` throws.
 */
export function startOnPage(
  ctx: Context,
  social: SocialLogin,
  input: { readonly provider: string; readonly returnTo: string | null; readonly browser: Browser },
): Promise<Started> {
  const { provider, returnTo, browser } = input;
  const { responseMode } = getProvider(social, provider);
  const binding = browser.binding(responseMode) ?? ctx.random.token(128);
  return start(ctx, social, {
    provider,
    browser: { ...browser, binding: () => binding },
    parameters: {
      redirect_uri: signInPageUrl(ctx.settings, provider),
      code_challenge: challengeOf(verifierOf(binding)),
      code_challenge_method: "S256",
      ...(returnTo === null || returnTo.length > longestReturnTo ? {} : { state: returnTo }),
    },
  });
}

/**
 * Finishes that sign-in with the one-time code, in the browser that began it: with the code of another, a website could sign its
 * visitor in to an account of its owner (RFC 9700 §4.7). Throws `NOT_FOUND`, `VALIDATION_ERROR` (start again), and what
 * `exchangeCode` throws.
 */
export async function finishOnPage(
  ctx: Context,
  social: SocialLogin,
  input: { readonly provider: string; readonly code: string; readonly browser: Browser },
): Promise<TokenResponse> {
  const { responseMode } = getProvider(social, input.provider);
  const binding = input.browser.binding(responseMode);
  if (binding === null) throw startAgain("cookie_missing");
  return exchangeCode(ctx, { code: input.code, verifier: verifierOf(binding) });
}

/** The page's PKCE verifier. The digest of the binding itself passes through the provider, and this one does not. */
function verifierOf(binding: string): string {
  return sha256(`sign-in page ${binding}`);
}
