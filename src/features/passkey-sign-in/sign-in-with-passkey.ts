import type { Context } from "../../platform/platform.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import {
  type Assertion,
  lockPasskey,
  passkeyMethods,
  passkeyRefused,
  provePasskey,
  startAuthentication,
  usePasskey,
} from "../passkeys/index.ts";
import { completeSignIn, countSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";

/** Starts a sign-in with a passkey. Throws `RATE_LIMITED`. */
export async function startPasskeySignIn(ctx: Context) {
  await spend(ctx);
  return startAuthentication(ctx);
}

/** Signs in with a passkey, which says who the user is. Throws `INVALID_CREDENTIALS`, `EMAIL_NOT_VERIFIED`, `RATE_LIMITED`. */
export function signInWithPasskey(ctx: Context, assertion: Assertion): Promise<TokenResponse> {
  return countSignIn(ctx, "passkey", () => usePasskeyOnce(ctx, assertion));
}

async function usePasskeyOnce(ctx: Context, assertion: Assertion): Promise<TokenResponse> {
  await spend(ctx);
  const proven = await provePasskey(ctx, assertion, { action: "user.login", userId: null });
  const { user, credentialsVersion } = proven.passkey;
  return completeSignIn(ctx, {
    user,
    amr: passkeyMethods,
    credentialsVersion,
    by: "passkey",
    proof: {
      isOfMailbox: false,
      query: lockPasskey(ctx, proven),
      effects: () => [usePasskey(ctx, proven)],
      refusal: passkeyRefused(),
    },
  });
}

function spend(ctx: Context): Promise<void> {
  return spendOrReject(ctx, [{ limit: limits.passkeySignInByAddress, source: addressSource(ctx) }]);
}
