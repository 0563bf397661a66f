import type { UserActor } from "../../../kernel/context.ts";
import { AppError } from "../../../kernel/errors.ts";
import type { Context } from "../../../platform/platform.ts";
import { findFactor } from "../../mfa/index.ts";
import { reauthenticate } from "../../second-factor/index.ts";
import { rotateBrowserToken } from "../../sessions/index.ts";
import { attempt } from "../kit/attempt.ts";
import type { Reader } from "../kit/page-request.ts";
import { sharedTexts } from "../kit/shared-texts.ts";
import { typedFactor } from "../kit/typed-codes.ts";
import { isForLater } from "../kit/try-later.ts";

/** What was wrong with the last attempt to prove the second factor. */
export interface StepUpFault {
  readonly isFaulty?: boolean;
  readonly alert?: string;
  readonly status: number;
}

/** Notes in the user's session that they have proven a second factor, by the code that they typed; or what was wrong with it. */
export async function stepUp(
  ctx: Context<UserActor>,
  { language }: Reader,
  typed: string | undefined,
): Promise<StepUpFault | null> {
  const sent = typedFactor(typed ?? "");
  // An input that is no code must not count as a guess.
  if (sent === null) return { isFaulty: true, status: 400 };
  const proven = await attempt(ctx, ["INVALID_CODE"], () => reauthenticate(ctx, sent));
  if (!(proven instanceof AppError)) {
    await rotateBrowserToken(ctx);
    return null;
  }
  const { tooMany, unavailable } = sharedTexts[language];
  if (!isForLater(proven)) return { isFaulty: true, status: 400 };
  const isLimited = proven.code === "RATE_LIMITED";
  return isLimited ? { alert: tooMany, status: 429 } : { alert: unavailable, status: 503 };
}

/** Whether a user has an authenticator app. */
export async function hasFactor(ctx: Context, userId: string): Promise<boolean> {
  return (await findFactor(ctx, userId))?.isConfirmed === true;
}
