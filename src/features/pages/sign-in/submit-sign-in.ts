import { AppError, type ErrorCode } from "../../../kernel/errors.ts";
import { errorStatus } from "../../../platform/http/error-status.ts";
import type { RefreshCookie } from "../../../platform/http/refresh-cookie.ts";
import type { Context } from "../../../platform/platform.ts";
import type { TokenResponse } from "../../tokens/index.ts";
import { attempt } from "../kit/attempt.ts";
import { type PageResponse, showPage } from "../kit/layout.ts";
import type { Reader } from "../kit/page-request.ts";
import { formTargetsOf, targetOf } from "../kit/return-to.ts";
import { seeOther } from "../kit/see-other.ts";
import { isForLater, laterReason, retryAfter } from "../kit/try-later.ts";
import { secondFactorStep } from "./second-factor-page.ts";
import { unverifiedPage } from "./unverified-page.ts";

/** A request that is part of a sign-in. */
export interface SignInRequest {
  readonly ctx: Context;
  readonly set: PageResponse;
  readonly reader: Reader;
  readonly cookie: RefreshCookie;
  /** The path at which the response is shown. */
  readonly at: string;
  /** Where the sign-in leads, if it is not where every sign-in leads. */
  readonly returnTo: string | null;
}

/** A page of a sign-in, as HTML. */
export interface Step {
  readonly html: string;
  /** Whether it offers passkeys, which need the script. */
  readonly hasScript?: boolean;
  /** The status of a page with an error, where it is not the one that the API gives. */
  readonly status?: number;
}

/** A way to sign in, as a page offers it. */
export interface SignInWay {
  work(): Promise<TokenResponse>;
  /** The codes of the errors that `again` explains. */
  readonly expected: readonly ErrorCode[];
  /** The page to try again. With `reason`, the same request may succeed later. */
  again(error: AppError, reason: string | null): Step | Promise<Step>;
  /** The address that the user entered. */
  readonly email?: string;
}

/**
 * Signs in, and leads to the target of the sign-in with a browser session. Every way to sign in on a page calls it, so that the
 * second factor, users who are not verified, and limits have one page each.
 */
export async function submitSignIn(request: SignInRequest, way: SignInWay): Promise<string> {
  const { ctx, reader, at, returnTo } = request;
  const everywhere = ["MFA_REQUIRED", "EMAIL_NOT_VERIFIED"] as const;
  const outcome = await attempt(ctx, [...everywhere, ...way.expected], () => way.work());
  if (!(outcome instanceof AppError)) return leadOn(request, outcome);
  const { mfa } = outcome.detail;
  if (mfa !== undefined) {
    const { mfaToken, methods } = mfa;
    const hasPasskey = methods.includes("passkey");
    return showStep(request, 200, secondFactorStep(reader, { at, returnTo, mfaToken, hasPasskey }));
  }
  if (outcome.code === "EMAIL_NOT_VERIFIED") {
    const { email = "" } = way;
    const html = unverifiedPage(reader, { at, returnTo, email });
    return showStep(request, errorStatus[outcome.code], { html });
  }
  return showRefusal(request, outcome, await way.again(outcome, reasonToWait(request, outcome)));
}

/** Shows the page to try again. */
export function showAgain(
  request: SignInRequest,
  error: AppError,
  again: (error: AppError, reason: string | null) => Step,
): string {
  return showRefusal(request, error, again(error, reasonToWait(request, error)));
}

function reasonToWait({ reader }: SignInRequest, error: AppError): string | null {
  return isForLater(error) ? laterReason(reader, error) : null;
}

function showRefusal(request: SignInRequest, error: AppError, step: Step): string {
  const page = showStep(request, step.status ?? errorStatus[error.code], step);
  if (isForLater(error)) Object.assign(request.set.headers, retryAfter(error));
  return page;
}

/** Shows a page of a sign-in, whose forms may end where the sign-in leads. */
export function showStep(
  { ctx, set, reader, returnTo }: Pick<SignInRequest, "ctx" | "set" | "reader" | "returnTo">,
  status: number,
  { html, hasScript = false }: Step,
): string {
  const formTargets = formTargetsOf(ctx.settings, returnTo);
  return showPage(set, { ...reader, formTargets, hasScript }, status, html);
}

/** Continues after a sign-in (RFC 9110 §15.4.4: by GET). The tokens are not shown; with its setting the refresh cookie is set. */
export function leadOn(
  { ctx, set, cookie, returnTo }: SignInRequest,
  tokens: TokenResponse,
): string {
  cookie.deliver(set.headers, tokens);
  return seeOther(set, targetOf(ctx.settings, returnTo));
}
