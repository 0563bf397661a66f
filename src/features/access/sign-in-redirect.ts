import { AppError, findAppError } from "../../kernel/errors.ts";
import { errorStatus } from "../../platform/http/error-status.ts";
import type { Exchange } from "../../platform/http/exchange.ts";
import { isNavigation } from "../../platform/http/navigation.ts";
import type { ReadOriginalAddress } from "../../platform/http/original-address.ts";
import { signInAddress } from "../../platform/http/page-access.ts";
import { findReturnTarget, receivesSessionCookie } from "../../platform/http/return-target.ts";
import type { Context } from "../../platform/platform.ts";

/** What is needed to send a browser to the sign-in page and back. */
interface SignInRedirect {
  readonly originalAddressOf: ReadOriginalAddress;
  /** Whether the browser is sent there, rather than told where the page is. */
  readonly isRedirect: boolean;
}

/**
 * The error of a request that forward-auth does not admit. With a 401 a browser that opens a page is told where to sign in: the
 * page leads back to the address that the trusted proxy names, if that may be returned to and gets the browser session cookie.
 */
export function withSignInPage(
  { settings }: Context,
  exchange: Exchange,
  error: unknown,
  { originalAddressOf, isRedirect }: SignInRedirect,
): unknown {
  const refusal = findAppError(error);
  if (!refusal || errorStatus[refusal.code] !== 401) return error;
  if (!opensPage(exchange.request)) return error;
  const original = originalAddressOf(exchange);
  const target = original === null ? null : findReturnTarget(settings, original);
  // Without the cookie the page would send the browser here again after every sign-in.
  const returnTo = target !== null && receivesSessionCookie(settings, target) ? target : null;
  const signIn = { address: signInAddress(settings.publicUrl, returnTo), isRedirect };
  return new AppError(refusal.code, refusal.message, { ...refusal.detail, signIn });
}

/** A form is lost at the sign-in, so only the requests that open a page lead there. The proxy forwards the method. */
function opensPage({ headers }: Request): boolean {
  const method = headers.get("x-forwarded-method") ?? "GET";
  return (method === "GET" || method === "HEAD") && isNavigation({ headers });
}
