import { Type } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

import { sha256 } from "../../kernel/bytes.ts";
import { AppError } from "../../kernel/errors.ts";
import type { Context } from "../../platform/platform.ts";
import { useTicket } from "../../platform/used-tickets/use-ticket.ts";
import { addressSource, limits, spendOrReject } from "../limits/index.ts";
import { completeSignIn, countSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { federated } from "./callback.ts";
import { recordingRefusals, startAgain } from "./errors.ts";
import type { Provider } from "./provider.ts";
import { resolveAccount } from "./resolve-account.ts";
import { getProvider, type SocialLogin } from "./social-login.ts";

/**
 * Signs in with an ID token that an application got from the provider itself (OpenID Connect Core §3.1.3.7). Throws
 * `NOT_FOUND` (also for a provider without ID tokens), `RATE_LIMITED`, `VALIDATION_ERROR`, `UNAVAILABLE`, and the errors of
 * `resolveAccount` and `completeSignIn`.
 */
export function signInWithIdToken(
  ctx: Context,
  social: SocialLogin,
  input: ReceivedIdToken,
): Promise<TokenResponse> {
  return countSignIn(ctx, "social", () => useIdToken(ctx, social, input));
}

interface ReceivedIdToken {
  readonly provider: string;
  readonly idToken: string;
  readonly nonce: string;
}

async function useIdToken(
  ctx: Context,
  social: SocialLogin,
  input: ReceivedIdToken,
): Promise<TokenResponse> {
  const provider = getProvider(social, input.provider);
  const verify = getVerifier(provider);
  await spendOrReject(ctx, [{ limit: limits.socialLoginByAddress, source: addressSource(ctx) }]);
  const by = provider.name;
  const profile = await recordingRefusals(ctx, provider, async () => {
    const verified = await verify(input.idToken, input.nonce);
    await assertNotUsed(ctx, input.idToken);
    return verified;
  });
  const account = await resolveAccount(ctx, { provider: by, profile, tokens: null });
  const { user, credentialsVersion } = account;
  return completeSignIn(ctx, { user, amr: federated, credentialsVersion, by });
}

function getVerifier({ verifyIdToken }: Provider): NonNullable<Provider["verifyIdToken"]> {
  if (verifyIdToken) return verifyIdToken;
  throw new AppError("NOT_FOUND", "This provider issues no ID tokens.");
}

const expiring = Type.Object({ exp: Type.Number() });

/**
 * A verified ID token is accepted once, until it expires. Its signature is no part of the digest: of one token there are several
 * valid signatures and spellings of them.
 */
async function assertNotUsed(ctx: Context, idToken: string): Promise<void> {
  const [header = "", payload = ""] = idToken.split(".");
  const claims: unknown = JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
  if (!Value.Check(expiring, claims)) throw startAgain("id_token_without_expiry");
  const expiresAt = new Date(claims.exp * 1000);
  const id = sha256(`${header}.${payload}`);
  if (!(await useTicket(ctx.db, { id, expiresAt }))) throw startAgain("used_before");
}
