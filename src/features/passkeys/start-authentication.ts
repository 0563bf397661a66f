import type { Static } from "@sinclair/typebox";

import type { Context } from "../../platform/platform.ts";
import { issueChallenge } from "./challenges.ts";
import type { requestOptionsSchema } from "./model.ts";
import { ceremonySeconds, relyingPartyOf } from "./relying-party.ts";

/**
 * Starts a sign-in with a passkey: what the browser passes to the authenticator (WebAuthn §5.5). It names no user and no
 * credential, so that it is the same whether there is an account or not. The challenge is valid for five minutes.
 */
export async function startAuthentication(
  ctx: Context,
): Promise<Static<typeof requestOptionsSchema>> {
  const binding = { ceremony: "authentication", owner: null } as const;
  const { id, challenge } = await issueChallenge(ctx, binding);
  return {
    challenge_id: id,
    challenge,
    rpId: relyingPartyOf(ctx.settings).id,
    timeout: ceremonySeconds * 1000,
    allowCredentials: [],
    userVerification: "required",
  };
}
