import type { Context } from "../../platform/platform.ts";
import { completeSignIn } from "../sign-in/index.ts";
import type { TokenResponse } from "../tokens/index.ts";
import { type Credentials, verifyCredentials } from "./verify-credentials.ts";

/** Signs in with a password. Throws `INVALID_CREDENTIALS`, `EMAIL_NOT_VERIFIED`, `OVERLOADED`. */
export async function logIn(ctx: Context, credentials: Credentials): Promise<TokenResponse> {
  return completeSignIn(ctx, await verifyCredentials(ctx, credentials));
}
