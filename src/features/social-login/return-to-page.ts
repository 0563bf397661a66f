import { findAppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { withParameters } from "./addresses.ts";
import { type CallbackInput, type CallbackOutcome, finish } from "./callback.ts";
import { readResponse } from "./callback-parameters.ts";
import { isOwnPage } from "./own-pages.ts";
import type { SocialLogin, StateClaims } from "./social-login.ts";

/** A sign-in that took too long still returns to its page. */
const graceSeconds = 86_400;

/**
 * `finish`, for browsers that began on a page of ours: an error leads back to that page, with its code in lower case. Throws what
 * `finish` throws for every other browser, and for a `state` that cannot be read.
 */
export async function finishOrReturn(
  ctx: Context,
  social: SocialLogin,
  input: CallbackInput,
): Promise<CallbackOutcome> {
  try {
    return await finish(ctx, social, input);
  } catch (error) {
    const began = await findOwnStart(ctx, social, input);
    const code = findAppError(error)?.code;
    if (began?.uri === undefined || code === undefined) throw error;
    const parameters = { error: code.toLowerCase(), state: began.st };
    return { kind: "redirect", location: withParameters(began.uri, parameters) };
  }
}

/** The claims of a sign-in, or a linking, that began on a page of ours; else null. */
async function findOwnStart(
  { settings }: Context,
  { states }: SocialLogin,
  { provider, parameters }: CallbackInput,
): Promise<StateClaims | null> {
  const state = findState(parameters);
  const ticket = state === null ? null : await states.verify(state, { graceSeconds });
  const { uri, prv } = ticket?.claims ?? {};
  if (ticket === null || uri === undefined || prv !== provider) return null;
  return isOwnPage(settings, provider, uri) ? ticket.claims : null;
}

function findState(parameters: CallbackInput["parameters"]): string | null {
  try {
    return readResponse(parameters).state;
  } catch {
    return null;
  }
}
